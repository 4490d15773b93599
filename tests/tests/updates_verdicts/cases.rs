//! The table: an edit, the verdict of the diff, and the verdict of cargo-semver-checks.

use serde_json::{Value, json};

/// A row of the table.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) edit: fn(&mut Value),
    /// An edit of the names: the old and the new text.
    pub(crate) names: (&'static str, &'static str),
    /// The verdict of the diff about the first change: who is affected, and whether it breaks
    /// them.
    pub(crate) ours: &'static str,
    pub(crate) semver_checks: Verdict,
}

/// The verdict of cargo-semver-checks.
#[derive(Clone, Copy)]
pub(crate) enum Verdict {
    Breaking,
    Compatible,
    /// Differs from the diff, for this reason.
    Misses(&'static str),
}

use Verdict::{Breaking, Compatible, Misses};

/// The names are unchanged.
const AS_BEFORE: (&str, &str) = ("", "");

const TYPES: &str = "it compares which items there are, not the types of fields and arguments";

const CREATE: &str = "/paths/~1v1~1ranch~1cows/post";
const BODY: &str =
    "/paths/~1v1~1ranch~1cows/post/requestBody/content/application~1x-www-form-urlencoded/schema";
const COW: &str = "/components/schemas/ranch.cow";

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "nothing",
        edit: |_| {},
        names: AS_BEFORE,
        ours: "",
        semver_checks: Compatible,
    },
    Case {
        name: "documentation",
        edit: |spec| {
            set(
                spec,
                &format!("{COW}/properties/name/description"),
                json!("Her name."),
            )
        },
        names: AS_BEFORE,
        ours: "",
        semver_checks: Compatible,
    },
    Case {
        name: "API version",
        edit: |spec| set(spec, "/info/version", json!("2099-01-01.next")),
        names: AS_BEFORE,
        ours: "",
        semver_checks: Compatible,
    },
    // Operations.
    Case {
        name: "new operation",
        edit: |spec| {
            let milk = at(spec, "/paths/~1v1~1ranch~1cows~1{cow}~1milk").clone();
            set(spec, "/paths/~1v1~1ranch~1cows~1{cow}~1brush", milk);
            set(
                spec,
                "/paths/~1v1~1ranch~1cows~1{cow}~1brush/post/operationId",
                json!("Brush"),
            );
        },
        names: AS_BEFORE,
        ours: "requests: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "operation gone",
        edit: |spec| remove(spec, "/paths/~1v1~1ranch~1cows~1{cow}~1milk"),
        names: AS_BEFORE,
        ours: "requests: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "operation renamed",
        edit: |_| {},
        names: (
            "ranch:\n",
            "POST /v1/ranch/cows/{}/milk: {call: ranch.cows.draw}\nranch:\n",
        ),
        ours: "requests: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "operation elsewhere on the wire",
        edit: |spec| {
            let milk = take(spec, "/paths/~1v1~1ranch~1cows~1{cow}~1milk");
            set(spec, "/paths/~1v1~1ranch~1cows~1{cow}~1milking", milk);
        },
        names: (
            "ranch:\n",
            "POST /v1/ranch/cows/{}/milking: {call: ranch.cows.milk, builder: ranch::MilkCow}\nranch:\n",
        ),
        ours: "requests: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "operation deprecated",
        edit: |spec| set(spec, &format!("{CREATE}/deprecated"), json!(true)),
        names: AS_BEFORE,
        ours: "requests: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "operation behind a feature",
        edit: |spec| {
            set(
                spec,
                "/paths/~1v1~1ranch~1cows~1{cow}~1milk/post/x-feature",
                json!("chrono"),
            );
        },
        names: AS_BEFORE,
        ours: "requests: breaking, responses: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "other answer",
        edit: |spec| {
            let answer = "/paths/~1v1~1ranch~1cows~1{cow}~1milk/post/responses/200/content/application~1json/schema/$ref";
            set(spec, answer, json!("#/components/schemas/ranch.barn"));
        },
        names: AS_BEFORE,
        ours: "responses: breaking",
        semver_checks: Misses("it does not compare what a method or an associated type gives"),
    },
    Case {
        name: "a list no longer",
        edit: |spec| {
            let answer =
                "/paths/~1v1~1ranch~1cows/get/responses/200/content/application~1json/schema";
            set(
                spec,
                answer,
                json!({"$ref": "#/components/schemas/ranch.cow"}),
            );
        },
        names: AS_BEFORE,
        ours: "responses: breaking",
        semver_checks: Breaking,
    },
    // Parameters.
    Case {
        name: "new optional parameter",
        edit: |spec| {
            set(
                spec,
                &format!("{BODY}/properties/tag"),
                json!({"type": "string"}),
            )
        },
        names: AS_BEFORE,
        ours: "requests: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "new required parameter",
        edit: |spec| {
            set(
                spec,
                &format!("{BODY}/properties/tag"),
                json!({"type": "string"}),
            );
            set(spec, &format!("{BODY}/required"), json!(["name", "tag"]));
        },
        names: AS_BEFORE,
        ours: "requests: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "parameter gone",
        edit: |spec| remove(spec, &format!("{BODY}/properties/weight")),
        names: AS_BEFORE,
        ours: "requests: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "parameter now required",
        edit: |spec| set(spec, &format!("{BODY}/required"), json!(["name", "weight"])),
        names: AS_BEFORE,
        ours: "requests: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "parameter now optional",
        edit: |spec| remove(spec, &format!("{BODY}/required")),
        names: AS_BEFORE,
        ours: "requests: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "parameter of another type",
        edit: |spec| {
            set(
                spec,
                &format!("{BODY}/properties/weight"),
                json!({"type": "string"}),
            )
        },
        names: AS_BEFORE,
        ours: "requests: breaking",
        semver_checks: Misses(TYPES),
    },
    Case {
        name: "one parameter for another",
        edit: |spec| {
            remove(spec, &format!("{BODY}/properties/name"));
            set(
                spec,
                &format!("{BODY}/properties/title"),
                json!({"type": "string"}),
            );
            set(spec, &format!("{BODY}/required"), json!(["title"]));
        },
        names: AS_BEFORE,
        ours: "requests: breaking",
        semver_checks: Misses(
            "the names of arguments are no part of a signature: the code compiles, and sends \
             something else",
        ),
    },
    Case {
        name: "parameter can be cleared",
        edit: |spec| {
            let nickname = json!({"anyOf": [{"type": "string"}, {"type": "string", "enum": [""]}]});
            set(spec, &format!("{BODY}/properties/nickname"), nickname);
        },
        names: AS_BEFORE,
        ours: "requests: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "parameter can't be cleared",
        edit: |spec| {
            set(
                spec,
                &format!("{BODY}/properties/bell"),
                json!({"type": "string"}),
            )
        },
        names: AS_BEFORE,
        ours: "requests: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "object with a new required parameter",
        edit: |spec| {
            set(
                spec,
                &format!("{BODY}/properties/collar/required"),
                json!(["size"]),
            )
        },
        names: AS_BEFORE,
        ours: "requests: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "object with a new optional parameter",
        edit: |spec| {
            let color = format!("{BODY}/properties/collar/properties/color");
            set(spec, &color, json!({"type": "string"}));
        },
        names: AS_BEFORE,
        ours: "requests: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "new option of a choice",
        edit: |spec| {
            let options = json!(["today", "yesterday"]);
            set(
                spec,
                &format!("{BODY}/properties/born/anyOf/1/enum"),
                options,
            );
        },
        names: AS_BEFORE,
        ours: "requests: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "option of a choice gone",
        edit: |spec| {
            set(
                spec,
                &format!("{BODY}/properties/born/anyOf/1/enum"),
                json!(["now", "then"]),
            );
        },
        names: AS_BEFORE,
        ours: "requests: breaking",
        semver_checks: Breaking,
    },
    // Fields.
    Case {
        name: "new field",
        edit: |spec| {
            set(
                spec,
                &format!("{COW}/properties/tag"),
                json!({"type": "string"}),
            )
        },
        names: AS_BEFORE,
        ours: "responses: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "new field that is always there",
        edit: |spec| {
            set(
                spec,
                &format!("{COW}/properties/tag"),
                json!({"type": "string"}),
            );
            set(
                spec,
                &format!("{COW}/required"),
                json!(["id", "mood", "name", "object", "tag"]),
            );
        },
        names: AS_BEFORE,
        ours: "responses: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "field gone",
        edit: |spec| remove(spec, &format!("{COW}/properties/nickname")),
        names: AS_BEFORE,
        ours: "responses: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "field renamed",
        edit: |spec| {
            let collar = take(spec, &format!("{COW}/properties/collar"));
            set(spec, &format!("{COW}/properties/strap"), collar);
        },
        names: AS_BEFORE,
        ours: "responses: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "field of another type",
        edit: |spec| {
            set(
                spec,
                &format!("{COW}/properties/name"),
                json!({"type": "integer"}),
            )
        },
        names: AS_BEFORE,
        ours: "responses: breaking",
        semver_checks: Misses(TYPES),
    },
    Case {
        name: "field may be missing",
        edit: |spec| {
            set(
                spec,
                &format!("{COW}/required"),
                json!(["id", "mood", "object"]),
            )
        },
        names: AS_BEFORE,
        ours: "responses: breaking",
        semver_checks: Misses(TYPES),
    },
    Case {
        name: "field is always there",
        edit: |spec| {
            let required = json!(["id", "mood", "name", "nickname", "object"]);
            set(spec, &format!("{COW}/required"), required);
        },
        names: AS_BEFORE,
        ours: "responses: breaking",
        semver_checks: Misses(TYPES),
    },
    Case {
        name: "field is null instead of missing",
        edit: |spec| {
            set(
                spec,
                &format!("{COW}/properties/nickname/nullable"),
                json!(true),
            )
        },
        names: AS_BEFORE,
        ours: "responses: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "field is sensitive",
        edit: |spec| {
            set(
                spec,
                &format!("{COW}/properties/name/x-sensitive"),
                json!(true),
            )
        },
        names: AS_BEFORE,
        ours: "responses: breaking",
        semver_checks: Misses(TYPES),
    },
    // Values, union arms, events.
    Case {
        name: "new value in a response",
        edit: |spec| {
            set(
                spec,
                &format!("{COW}/properties/mood/enum"),
                json!(["calm", "shy", "wild"]),
            )
        },
        names: AS_BEFORE,
        ours: "responses: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "value in a response gone",
        edit: |spec| {
            set(
                spec,
                &format!("{COW}/properties/mood/enum"),
                json!(["calm"]),
            )
        },
        names: AS_BEFORE,
        ours: "responses: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "new value in a request",
        edit: |spec| {
            set(
                spec,
                &format!("{BODY}/properties/color/enum"),
                json!(["black", "brown", "white"]),
            );
        },
        names: AS_BEFORE,
        ours: "requests: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "value in a request gone",
        edit: |spec| {
            set(
                spec,
                &format!("{BODY}/properties/color/enum"),
                json!(["black"]),
            )
        },
        names: AS_BEFORE,
        ours: "requests: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "new arm of a union",
        edit: |spec| {
            let mut house = at(spec, "/components/schemas/ranch.barn").clone();
            house["properties"]["object"]["enum"] = json!(["ranch.house"]);
            set(spec, "/components/schemas/ranch.house", house);
            let arm = json!({"$ref": "#/components/schemas/ranch.house"});
            set(spec, &format!("{COW}/properties/place/anyOf/-"), arm);
        },
        names: AS_BEFORE,
        ours: "responses: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "view by type gone",
        edit: |spec| remove(spec, "/components/schemas/ranch_collar/properties/rope"),
        names: AS_BEFORE,
        ours: "responses: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "new event",
        edit: |spec| {
            set(
                spec,
                "/x-events/ranch.cow.sold",
                json!({"description": "Sold."}),
            )
        },
        names: AS_BEFORE,
        ours: "responses: compatible",
        semver_checks: Compatible,
    },
    Case {
        name: "event gone",
        edit: |spec| remove(spec, "/x-events/ranch.cow.born"),
        names: AS_BEFORE,
        ours: "responses: breaking",
        semver_checks: Breaking,
    },
    // Types.
    Case {
        name: "type renamed",
        edit: |_| {},
        names: ("  CowCollar:\n", "  Strap:\n"),
        ours: "responses: breaking",
        semver_checks: Breaking,
    },
    Case {
        name: "resource renamed",
        edit: |_| {},
        names: ("  Cow:\n", "  Bovine:\n"),
        ours: "requests: breaking, responses: breaking",
        semver_checks: Breaking,
    },
];

fn at<'a>(spec: &'a mut Value, pointer: &str) -> &'a mut Value {
    spec.pointer_mut(pointer)
        .unwrap_or_else(|| panic!("no {pointer}"))
}

/// Sets the value at `pointer`, which may be new; `-` is the end of a list.
fn set(spec: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match at(spec, parent) {
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        parent => parent[key.replace("~1", "/")] = value,
    }
}

fn take(spec: &mut Value, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = at(spec, parent).as_object_mut().unwrap();
    parent.remove(&key.replace("~1", "/")).unwrap()
}

fn remove(spec: &mut Value, pointer: &str) {
    take(spec, pointer);
}
