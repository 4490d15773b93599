//! Makes the union of several places.

use super::idents::Idents;
use super::{All, Listed, Misfit, has_id, notes};
use crate::error::Diagnostic;
use crate::ir::{
    Arm, Choice, ChoiceOption, ChoiceValue, Enum, Field, Kind, Object, Param, Params, Ty, Union,
    Variant,
};
use crate::lower::types::{Alternative, PlaceId, Shape, Types};
use crate::naming;
use std::collections::BTreeMap;
use std::mem::discriminant;

/// Returns the documentation of a type: its own, or that of its places if they agree.
pub(super) fn docs(types: &Types, listed: &Listed<'_>) -> String {
    if let Some(docs) = &listed.entry.docs {
        return docs.clone();
    }
    let mut words = listed.places.iter().map(|id| {
        let placed = types.get(*id);
        match placed.docs.is_empty() {
            true => placed.property_docs.as_str(),
            false => placed.docs.as_str(),
        }
    });
    let words = words.by_ref().filter(|words| !words.is_empty());
    let mut words: Vec<&str> = words.collect();
    words.dedup();
    match words.as_slice() {
        [words] => (*words).to_owned(),
        // If the places have different sentences, none of them is true for all.
        _ => String::new(),
    }
}

pub(super) fn kind(
    all: &All<'_>,
    listed: &Listed<'_>,
    found: &mut Vec<Diagnostic>,
    misfits: &mut Vec<Misfit>,
) -> Kind {
    let shape = |id: PlaceId| &all.types.get(id).shape;
    let first = listed.places[0];
    let mut fitting = vec![first];
    for other in &listed.places[1..] {
        if discriminant(shape(*other)) == discriminant(shape(first)) {
            fitting.push(*other);
        } else {
            misfits.push(Misfit {
                place: *other,
                module: listed.module.to_owned(),
                name: listed.name.to_owned(),
                why: format!(
                    "it is an {}, and `{}` an {}",
                    shape(*other).word(),
                    all.types.get(first).place,
                    shape(first).word()
                ),
            });
        }
    }
    let mut union = Joining {
        all,
        listed,
        places: fitting,
        found,
        misfits,
    };
    match shape(first) {
        Shape::Object { .. } => Kind::Object(union.object()),
        Shape::Enum(_) => Kind::Enum(union.values()),
        Shape::Union(_) => Kind::Union(union.arms()),
        Shape::Params(_) => Kind::Params(union.params()),
        Shape::Choice(_) => Kind::Choice(union.choice()),
    }
}

struct Joining<'a> {
    all: &'a All<'a>,
    listed: &'a Listed<'a>,
    places: Vec<PlaceId>,
    found: &'a mut Vec<Diagnostic>,
    misfits: &'a mut Vec<Misfit>,
}

/// A member of one or more places.
struct Joined<'a> {
    /// The places that have it.
    places: Vec<PlaceId>,
    ty: Ty,
    docs: &'a str,
    required: bool,
    nullable: bool,
    sensitive: bool,
}

impl<'a> Joining<'a> {
    fn shapes(&self) -> impl Iterator<Item = (PlaceId, &'a Shape)> + use<'a, '_> {
        let types = self.all.types;
        self.places
            .iter()
            .map(move |id| (*id, &types.get(*id).shape))
    }

    fn idents(&mut self) -> Idents<'_> {
        Idents::new(self.listed, self.found)
    }

    fn misfit(&mut self, place: PlaceId, why: String) {
        self.misfits.push(Misfit {
            place,
            module: self.listed.module.to_owned(),
            name: self.listed.name.to_owned(),
            why,
        });
    }

    fn members(&mut self) -> BTreeMap<&'a str, Joined<'a>> {
        let mut joined: BTreeMap<&str, Joined<'a>> = BTreeMap::new();
        let shapes: Vec<_> = self.shapes().collect();
        for (id, shape) in shapes {
            for member in shape.members() {
                let ty = self.all.ty(&member.ty);
                let Some(known) = joined.get_mut(member.name.as_str()) else {
                    let new = Joined {
                        places: vec![id],
                        ty,
                        docs: &member.docs,
                        required: member.required,
                        nullable: member.nullable,
                        sensitive: member.sensitive,
                    };
                    joined.insert(&member.name, new);
                    continue;
                };
                match known.ty.union(&ty) {
                    Some(ty) => known.ty = ty,
                    None => {
                        let other = &self.all.types.get(known.places[0]).place;
                        let why = format!(
                            "its `{}` has another type than that of `{other}`",
                            member.name
                        );
                        self.misfit(id, why);
                        continue;
                    }
                }
                known.places.push(id);
                known.required &= member.required;
                known.nullable |= member.nullable;
                known.sensitive |= member.sensitive;
                if known.docs.is_empty() {
                    known.docs = &member.docs;
                }
            }
        }
        let count = self.places.len();
        for (name, member) in &mut joined {
            member.required &=
                member.places.len() == count && !self.listed.entry.optional.contains(*name);
        }
        joined
    }

    fn object(&mut self) -> Object {
        let members = self.members();
        let mut idents = self.idents();
        let fields = members.into_iter().map(|(name, member)| Field {
            name: name.to_owned(),
            ident: idents.field(name, naming::snake(name)),
            docs: member.docs.to_owned(),
            // For the reader, a nullable field is the same as an optional one.
            required: member.required && !member.nullable,
            nullable: member.nullable,
            sensitive: member.sensitive,
            ty: member.ty,
        });
        let fields: Vec<Field> = fields.collect();
        idents.finish();
        let shapes = self.shapes();
        let entry = self.listed.entry;
        let id = entry
            .id
            .clone()
            .unwrap_or_else(|| format!("{}Id", self.listed.name));
        Object {
            open: { shapes }.any(|(_, shape)| matches!(shape, Shape::Object { open: true, .. })),
            id: self.shapes().any(|(_, shape)| has_id(shape)).then_some(id),
            id_example: None,
            fields,
            tag: None,
        }
    }

    fn params(&mut self) -> Params {
        let members = self.members();
        let all = self.all;
        let places = self.places.clone();
        let mut idents = self.idents();
        let params = members.into_iter().map(|(name, member)| {
            let only = notes::only(all, &places, &member.places);
            let ident = idents.field(name, naming::setter(name));
            if member.nullable {
                idents.clear(name, &ident);
            }
            Param {
                name: name.to_owned(),
                ident,
                docs: notes::with(member.docs, only),
                required: member.required,
                // JSON null clears, like an empty string in a form.
                clearable: member.nullable,
                sensitive: member.sensitive,
                in_query: false,
                ty: member.ty,
            }
        });
        let params = params.collect();
        idents.finish();
        Params {
            params,
            tag: None,
            one_of: BTreeMap::new(),
        }
    }

    fn values(&mut self) -> Enum {
        let mut words: BTreeMap<&str, &str> = BTreeMap::new();
        for (_, shape) in self.shapes() {
            let Shape::Enum(all) = shape else { continue };
            for word in all {
                let docs = words.entry(&word.value).or_default();
                if docs.is_empty() {
                    *docs = &word.docs;
                }
            }
        }
        let values: Vec<&str> = words.keys().copied().collect();
        let mut named = self.idents();
        let idents = named.variants(&values);
        named.finish();
        let variants = words
            .into_iter()
            .zip(idents)
            .map(|((value, docs), ident)| Variant {
                value: value.to_owned(),
                ident,
                docs: docs.to_owned(),
            });
        Enum {
            variants: variants.collect(),
        }
    }

    fn arms(&mut self) -> Union {
        let mut arms: BTreeMap<String, Arm> = BTreeMap::new();
        for (_, shape) in self.shapes() {
            let Shape::Union(all) = shape else { continue };
            for arm in all {
                arms.entry(arm.component.clone()).or_insert_with(|| Arm {
                    component: arm.component.clone(),
                    object: arm.object.clone(),
                    deleted: arm.deleted,
                    ident: String::new(),
                    ty: self.all.of[arm.place.0],
                });
            }
        }
        let components: Vec<&str> = arms.keys().map(String::as_str).collect();
        let mut named = self.idents();
        let idents = named.variants(&components);
        named.finish();
        let arms = arms.into_values().zip(idents);
        let mut arms: Vec<Arm> = arms.map(|(arm, ident)| Arm { ident, ..arm }).collect();
        arms.sort_by(|a, b| a.ident.cmp(&b.ident));
        Union { arms }
    }

    fn choice(&mut self) -> Choice {
        let mut words: BTreeMap<&str, &str> = BTreeMap::new();
        let mut typed: Vec<(&str, Option<&str>, &str, Ty)> = Vec::new();
        let shapes: Vec<_> = self.shapes().collect();
        for (id, shape) in shapes {
            let Shape::Choice(options) = shape else {
                continue;
            };
            for option in options {
                match option {
                    Alternative::Word(word) => {
                        let docs = words.entry(&word.value).or_default();
                        if docs.is_empty() {
                            *docs = &word.docs;
                        }
                    }
                    Alternative::Typed {
                        arm,
                        title,
                        docs,
                        ty,
                    } => {
                        let ty = self.all.ty(ty);
                        match typed.iter_mut().find(|(known, ..)| known == arm) {
                            Some((.., known)) => match known.union(&ty) {
                                Some(ty) => *known = ty,
                                None => {
                                    let why =
                                        format!("its `{arm}` has another type than elsewhere");
                                    self.misfit(id, why);
                                }
                            },
                            None => typed.push((arm, title.as_deref(), docs, ty)),
                        }
                    }
                }
            }
        }
        typed.sort_by(|a, b| a.0.cmp(b.0));
        let values: Vec<&str> = words.keys().copied().collect();
        let mut idents = self.idents();
        let word_idents = idents.variants(&values);
        let typed = typed
            .into_iter()
            .map(|(arm, title, docs, ty)| ChoiceOption {
                arm: arm.to_owned(),
                ident: idents.option(arm, option_ident(&ty, title)),
                docs: docs.to_owned(),
                value: ChoiceValue::Typed(ty),
            });
        let typed: Vec<ChoiceOption> = typed.collect();
        idents.finish();
        let words = words
            .into_iter()
            .zip(word_idents)
            .map(|((word, docs), ident)| ChoiceOption {
                arm: String::new(),
                ident,
                docs: docs.to_owned(),
                value: ChoiceValue::Word(word.to_owned()),
            });
        Choice {
            options: words.chain(typed).collect(),
        }
    }
}

/// Returns the name for an alternative of a choice.
fn option_ident(ty: &Ty, title: Option<&str>) -> String {
    let ident = match ty {
        Ty::String => "Text",
        Ty::Bool => "Bool",
        Ty::Integer => "Integer",
        Ty::Number => "Number",
        Ty::Timestamp => "Timestamp",
        Ty::Id(_) => "Id",
        Ty::Array(_) => "List",
        Ty::Map(_) => "Map",
        _ => "Object",
    };
    match title {
        // Several objects are named by their titles.
        Some(title) if ident == "Object" => naming::variant(naming::untitled(title)),
        _ => ident.to_owned(),
    }
}
