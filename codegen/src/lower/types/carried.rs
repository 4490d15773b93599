//! What events carry: the resources they are about, and what is left of one where an event says that
//! it lacks what it has elsewhere.

use super::walk::Typing;
use super::{Direction, PlaceId, Placed, Shape};
use crate::error::Diagnostic;

/// A kind of object that events carry.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(crate) place: PlaceId,
    /// Indexes of the events that carry it.
    pub(crate) events: Vec<usize>,
    /// The properties that the resource requires, and that may be missing here; the events are
    /// those in which it is so.
    pub(crate) missing: Vec<String>,
}

/// The resources, then what is left of some in single events.
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

/// The shape of a resource of which some properties may be missing.
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
