//! Finds which types are sent, and which are received.

use super::Concerns;
use crate::ir::{Api, ChoiceValue, Kind, Ty, TypeId};

/// For every type of an API, who is affected by a change of it.
pub(super) struct Sides {
    types: Vec<Concerns>,
    ids: Vec<Concerns>,
}

impl Sides {
    pub(super) fn of(api: &Api) -> Self {
        let mut sides = Self {
            types: vec![Concerns::default(); api.types.len()],
            ids: vec![Concerns::default(); api.types.len()],
        };
        for operation in &api.operations {
            for param in operation.path_params.iter().chain(&operation.params) {
                sides.reach(api, &param.ty, Concerns::REQUESTS);
            }
            sides.reach(api, &operation.output, Concerns::RESPONSES);
        }
        for carried in &api.event_objects {
            sides.reach(api, &Ty::Named(carried.ty), Concerns::RESPONSES);
        }
        sides
    }

    pub(super) fn of_type(&self, id: TypeId) -> Concerns {
        self.types[id.0]
    }

    /// Returns who is affected by a change of the newtype of an object's id.
    pub(super) fn of_id(&self, id: TypeId) -> Concerns {
        self.ids[id.0]
    }

    fn reach(&mut self, api: &Api, ty: &Ty, side: Concerns) {
        match ty {
            Ty::Named(id) => self.enter(api, *id, side),
            Ty::MaybeDeleted(present, deleted) => {
                self.enter(api, *present, side);
                self.enter(api, *deleted, side);
            }
            Ty::Array(ty)
            | Ty::List(ty)
            | Ty::Map(ty)
            | Ty::Expandable(ty)
            | Ty::Boxed(ty)
            | Ty::Nullable(ty) => {
                self.reach(api, ty, side);
            }
            Ty::Id(id) => self.ids[id.0] = self.ids[id.0].or(side),
            Ty::String
            | Ty::Bool
            | Ty::Integer
            | Ty::Number
            | Ty::Timestamp
            | Ty::Json
            | Ty::ObjectType(_)
            | Ty::RawObject => {}
        }
    }

    fn enter(&mut self, api: &Api, id: TypeId, side: Concerns) {
        let known = self.types[id.0];
        let widened = known.or(side);
        if widened == known {
            return;
        }
        self.types[id.0] = widened;
        match &api.get(id).kind {
            Kind::Object(object) => object
                .fields
                .iter()
                .for_each(|field| self.reach(api, &field.ty, side)),
            Kind::Params(params) => params
                .params
                .iter()
                .for_each(|param| self.reach(api, &param.ty, side)),
            Kind::Union(union) => union
                .arms
                .iter()
                .for_each(|arm| self.enter(api, arm.ty, side)),
            Kind::Choice(choice) => {
                for option in &choice.options {
                    if let ChoiceValue::Typed(ty) = &option.value {
                        self.reach(api, ty, side);
                    }
                }
            }
            Kind::Enum(_) => {}
        }
    }
}
