//! Finds the objects of events: the resources, and variants of them that lack fields in some
//! events.

use super::walk::Typing;
use super::{Direction, PlaceId, Placed, Shape};
use crate::error::Diagnostic;

/// A kind of object in events.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(crate) place: PlaceId,
    /// The indexes of the events with this object.
    pub(crate) events: Vec<usize>,
    /// The fields that the resource requires but that may be missing here, in these events.
    pub(crate) missing: Vec<String>,
}

/// Returns the resources, then the variants of them in single events.
pub(super) fn carried(
    typing: &mut Typing<'_>,
    resources: Vec<(PlaceId, Vec<usize>)>,
) -> Vec<Carried> {
    let mut lacking = Vec::new();
    for (at, event) in typing.schemas.events.iter().enumerate() {
        let Some(rule) = &event.object else { continue };
        let pointer = format!("{}/x-object", event.pointer());
        let of: Vec<PlaceId> = resources
            .iter()
            .filter(|(_, events)| events.contains(&at))
            .filter(|(place, _)| {
                let component = typing.places[place.0].component.as_deref();
                !component.is_some_and(|name| typing.schemas.is_deleted(name))
            })
            .map(|(place, _)| *place)
            .collect();
        let [resource] = of.as_slice() else {
            typing.found.push(Diagnostic::new(
                pointer,
                format!("`{}` carries {} kinds of object", event.value, of.len()),
                "only of an event that carries one resource of the spec it can be said what is missing",
            ));
            continue;
        };
        let resource = &typing.places[resource.0];
        let shape = match without(resource, &rule.missing, &event.value, &pointer) {
            Ok(shape) => shape,
            Err(wrong) => {
                typing.found.push(wrong);
                continue;
            }
        };
        let placed = Placed {
            place: event.place(),
            direction: Direction::Response,
            pointer,
            docs: rule.description.clone(),
            property_docs: String::new(),
            title: None,
            component: None,
            is_resource: false,
            users: Vec::new(),
            shape,
        };
        let place = typing.add(placed);
        lacking.push(Carried {
            place,
            events: vec![at],
            missing: rule.missing.clone(),
        });
    }
    let resources = resources.into_iter().map(|(place, events)| Carried {
        place,
        events,
        missing: Vec::new(),
    });
    resources.chain(lacking).collect()
}

/// Returns the structure of a resource with some fields optional.
fn without(
    resource: &Placed,
    missing: &[String],
    event: &str,
    pointer: &str,
) -> Result<Shape, Diagnostic> {
    let Shape::Object { members, open, .. } = &resource.shape else {
        unreachable!("resources are objects");
    };
    let mut members = members.clone();
    for name in missing {
        match members.iter_mut().find(|member| member.name == *name) {
            Some(member) if member.required && !member.nullable => member.required = false,
            _ => {
                return Err(Diagnostic::new(
                    pointer,
                    format!("what `{event}` carries requires no `{name}`"),
                    "take it out of `missing`: the rule no longer applies",
                ));
            }
        }
    }
    Ok(Shape::Object {
        members,
        open: *open,
        has_id: false,
    })
}
