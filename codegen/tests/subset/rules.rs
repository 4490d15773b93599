//! Tests how operations are selected, references followed, and parts cut.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{DOCS, RULES, run, spec, subset, undocumented};

fn schema_names(subset: &Value) -> Vec<&str> {
    subset["components"]["schemas"]
        .as_object()
        .expect("schemas")
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn globs_and_ids_select_operations() {
    let all = subset(spec(), RULES);
    assert!(all.pointer("/paths/~1v1~1pets/get").is_some());
    assert!(all.pointer("/paths/~1v1~1pets/post").is_some());
    assert!(all.pointer("/paths/~1v1~1pets~1{pet}/get").is_some());
    assert!(all.pointer("/paths/~1v1~1hooks").is_none());

    let rules = RULES.replace("[/v1/pets/**, /v1/pets]", "[CreatePet, GetPet]");
    let two = subset(spec(), &rules);
    assert!(two.pointer("/paths/~1v1~1pets/get").is_none());
    assert!(two.pointer("/paths/~1v1~1pets/post").is_some());
}

#[test]
fn globs_select_events() {
    let events = subset(spec(), RULES)["x-events"].clone();
    assert_eq!(
        events,
        json!({"pet.born": {"description": "text"}, "pet.toy.found": {"description": "text"}})
    );
}

#[test]
fn referenced_schemas_are_selected_and_no_others() {
    assert_eq!(schema_names(&subset(spec(), RULES)), ["collar", "pet"]);
    let rules = RULES.replace("resources: [pet]", "resources: [pet, shop]");
    assert_eq!(
        schema_names(&subset(spec(), &rules)),
        ["collar", "pet", "shop"]
    );
}

#[test]
fn error_schemas_stay_only_where_a_model_has_them() {
    let subset_ = subset(spec(), RULES);
    assert!(
        subset_
            .pointer("/paths/~1v1~1pets/post/responses/default")
            .is_none()
    );
    assert!(
        subset_
            .pointer("/paths/~1v1~1pets/post/responses/200")
            .is_some()
    );
    let mut spec = spec();
    spec["components"]["schemas"]["pet"]["properties"]["last_error"] =
        json!({"anyOf": [{"$ref": "#/components/schemas/error"}]});
    assert_eq!(
        schema_names(&subset(spec, RULES)),
        ["collar", "error", "pet"]
    );
}

#[test]
fn an_expandable_outside_becomes_an_id_or_raw_json() {
    let mut spec = spec();
    spec["components"]["schemas"]["pet"]["properties"]["shop"] = json!({
        "anyOf": [{"type": "string", "maxLength": 5000}, {"$ref": "#/components/schemas/shop"}],
        "nullable": true,
        "x-expansionResources": {"oneOf": [{"$ref": "#/components/schemas/shop"}]},
    });
    let inside = RULES.replace("resources: [pet]", "resources: [pet, shop]");
    let kept = subset(spec.clone(), &inside);
    let kept = &kept["components"]["schemas"]["pet"]["properties"]["shop"];
    assert_eq!(
        kept["anyOf"][1],
        json!({"$ref": "#/components/schemas/shop"})
    );

    let cut = subset(spec, RULES);
    assert_eq!(
        cut["components"]["schemas"]["pet"]["properties"]["shop"],
        json!({
            "description": "text",
            "anyOf": [{"type": "string", "maxLength": 5000}, {"type": "object"}],
            "nullable": true,
            "x-expansionResources": {"oneOf": []},
        })
    );
}

/// Returns [`spec`] with an expandable field `friend`, which can be any of `names`.
fn with_friend(names: &[&str]) -> Value {
    let mut spec = spec();
    let targets: Vec<Value> = names
        .iter()
        .map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))
        .collect();
    let arms: Vec<Value> = [json!({"type": "string"})]
        .into_iter()
        .chain(targets.clone())
        .collect();
    spec["components"]["schemas"]["pet"]["properties"]["friend"] =
        json!({"anyOf": arms, "x-expansionResources": {"oneOf": targets}});
    spec
}

#[test]
fn only_resources_outside_of_the_subset_are_cut_from_a_union() {
    let rules = RULES.replace("resources: [pet]", "resources: [pet, method]");
    let cut = subset(with_friend(&["pet", "method", "shop"]), &rules);
    let friend = &cut["components"]["schemas"]["pet"]["properties"]["friend"];
    let left =
        json!([{"$ref": "#/components/schemas/pet"}, {"$ref": "#/components/schemas/method"}]);
    assert_eq!(
        friend["anyOf"],
        json!([{"type": "string"}, left[0], left[1]])
    );
    assert_eq!(friend["x-expansionResources"]["oneOf"], left);
}

#[test]
fn a_single_remaining_resource_is_cut_as_well() {
    let cut = subset(with_friend(&["pet", "shop"]), RULES);
    let friend = &cut["components"]["schemas"]["pet"]["properties"]["friend"];
    assert_eq!(
        friend["anyOf"],
        json!([{"type": "string"}, {"type": "object"}])
    );
    assert_eq!(friend["x-expansionResources"]["oneOf"], json!([]));
}

#[test]
fn any_other_reference_to_the_outside_becomes_raw_json() {
    let shop = json!({"$ref": "#/components/schemas/shop"});
    let mut spec = spec();
    let properties = &mut spec["components"]["schemas"]["pet"]["properties"];
    properties["bare"] = shop.clone();
    properties["nullable"] = json!({"anyOf": [shop], "nullable": true});
    properties["list"] = json!({"type": "array", "items": {"anyOf": [shop]}});
    properties["map"] = json!({"type": "object", "additionalProperties": shop});
    let cut = subset(spec, RULES);
    let properties = &cut["components"]["schemas"]["pet"]["properties"];
    assert_eq!(
        properties["bare"],
        json!({"description": "text", "type": "object"})
    );
    assert_eq!(
        properties["nullable"],
        json!({"description": "text", "type": "object", "nullable": true})
    );
    assert_eq!(properties["list"]["items"], json!({"type": "object"}));
    assert_eq!(
        properties["map"]["additionalProperties"],
        json!({"type": "object"})
    );
    assert_eq!(schema_names(&cut), ["collar", "pet"]);
}

#[test]
fn an_object_with_an_id_is_a_resource_even_unmarked() {
    let mut spec = spec();
    let schemas = &mut spec["components"]["schemas"];
    schemas["shop"]
        .as_object_mut()
        .expect("schema")
        .remove("x-resourceId");
    schemas["pet"]["properties"]["shop"] = json!({"$ref": "#/components/schemas/shop"});
    assert_eq!(schema_names(&subset(spec, RULES)), ["collar", "pet"]);
}

#[test]
fn features_mark_what_they_add_and_default_does_not_depend_on_them() {
    let mut spec = spec();
    let schemas = &mut spec["components"]["schemas"];
    schemas["pet"]["properties"]["shop"] = json!({"$ref": "#/components/schemas/shop"});
    schemas["shop"]["properties"]["pet"] = json!({"$ref": "#/components/schemas/pet"});
    schemas["shop"]["properties"]["collar"] = json!({"$ref": "#/components/schemas/collar"});
    let rules = RULES.to_owned()
        + "  shops:\n    operations: [CreateHook]\n    events: [shop.*]\n    resources: [shop]\n";
    let subset = subset(spec, &rules);
    assert_eq!(subset["paths"]["/v1/hooks"]["post"]["x-feature"], "shops");
    assert!(
        subset["paths"]["/v1/pets"]["post"]
            .get("x-feature")
            .is_none()
    );
    assert_eq!(subset["x-events"]["shop.opened"]["x-feature"], "shops");
    let schemas = &subset["components"]["schemas"];
    assert_eq!(schemas["pet"]["properties"]["shop"]["type"], "object");
    let back = json!([{"$ref": "#/components/schemas/pet"}]);
    assert_eq!(schemas["shop"]["properties"]["pet"]["anyOf"], back);
}

#[test]
fn a_bare_reference_gets_room_for_a_description() {
    assert_eq!(
        subset(spec(), RULES)["components"]["schemas"]["pet"]["properties"]["collar"],
        json!({"anyOf": [{"$ref": "#/components/schemas/collar"}], "description": "text"})
    );
}

#[test]
fn parts_that_the_generator_does_not_use_are_removed() {
    let subset = subset(spec(), RULES);
    assert!(
        subset
            .pointer("/paths/~1v1~1pets/get/requestBody")
            .is_none()
    );
    let form = subset
        .pointer("/paths/~1v1~1pets/post/requestBody/content/form")
        .expect("a form");
    assert!(form.get("encoding").is_none());
    let pet = &subset["components"]["schemas"]["pet"];
    assert!(pet.get("x-expandableFields").is_none());
    assert_eq!(pet["x-resourceId"], "pet");
    assert_eq!(pet["required"], json!(["id", "object"]));
    assert_eq!(subset["servers"], spec()["servers"]);
}

#[test]
fn a_cut_removes_what_it_names() {
    let rules = RULES.to_owned()
        + "cuts:\n  - {target: $.components.schemas.pet.properties.collar, why: it chafes}\n";
    let mut spec = spec();
    spec["components"]["schemas"]["pet"]["required"] = json!(["collar", "id", "object"]);
    let subset = subset(spec, &rules);
    assert_eq!(schema_names(&subset), ["pet"]);
    assert_eq!(
        subset["components"]["schemas"]["pet"]["required"],
        json!(["id", "object"])
    );
    // The removed properties can still be read.
    assert_eq!(
        subset["components"]["schemas"]["pet"]["additionalProperties"],
        json!(true)
    );
}

#[test]
fn a_cut_of_list_entries_uses_the_old_indices() {
    let mut spec = spec();
    let parameter = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}});
    spec["paths"]["/v1/pets"]["get"]["parameters"] =
        json!([parameter("a"), parameter("b"), parameter("c")]);
    let rules = RULES.to_owned()
        + "cuts:\n  - {target: \"$.paths['/v1/pets'].get.parameters[?@.name != 'b']\", why: odd}\n";
    let subset = subset(spec, &rules);
    let left = subset["paths"]["/v1/pets"]["get"]["parameters"]
        .as_array()
        .expect("parameters");
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["name"], "b");
}

#[test]
fn upstream_prose_is_dropped_or_kept() {
    let mut spec = spec();
    spec["paths"]["/v1/pets"]["post"]["description"] = json!("prose");
    spec["components"]["schemas"]["pet"]["description"] = json!("prose");
    // A property named `description` is not prose.
    spec["components"]["schemas"]["pet"]["properties"]["description"] = json!({"type": "string"});
    let lacking = undocumented(&spec, &[]);
    for pointer in ["/paths/~1v1~1pets/post", "/components/schemas/pet"] {
        assert!(
            lacking.iter().any(|(lacks, _)| lacks == pointer),
            "{pointer}"
        );
    }
    let keep = RULES.replace("descriptions: drop", "descriptions: keep");
    let kept = run(&spec.to_string(), &keep, &[]).expect("nothing is asked for");
    assert!(kept.yaml.contains("description: prose"), "{}", kept.yaml);
    let subset = subset(spec, RULES);
    assert!(subset["paths"]["/v1/pets"]["post"].get("summary").is_none());
    assert!(subset["info"].get("description").is_none());
    assert_eq!(
        subset["components"]["schemas"]["pet"]["properties"]["description"]["type"],
        "string"
    );
    // OpenAPI requires a description.
    assert_eq!(
        subset["paths"]["/v1/pets"]["post"]["responses"]["200"]["description"],
        "OK"
    );
}

#[test]
fn the_output_says_where_it_comes_from() {
    let text = spec().to_string();
    let subset = run(&text, RULES, &[DOCS]).expect("a subset");
    assert!(subset.yaml.starts_with("# Made by `cargo xtask spec`"));
    let tree: Value = serde_yaml::from_str(&subset.yaml).expect("YAML");
    assert_eq!(tree["info"]["version"], "2026-05-27.dahlia");
    let sha256: String = Sha256::digest(&text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(tree["info"]["x-source-sha256"], sha256.as_str());
    let counted = (
        subset.operations,
        subset.parameters,
        subset.schemas,
        subset.fields,
        subset.events,
    );
    assert_eq!(counted, (3, 2, 2, 4, 2));
}

#[test]
fn neither_format_nor_key_order_matters() {
    fn reversed(value: &Value) -> String {
        match value {
            Value::Object(map) => {
                let entries: Vec<String> = map
                    .iter()
                    .rev()
                    .map(|(key, value)| format!("{}: {}", json!(key), reversed(value)))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            Value::Array(items) => {
                format!(
                    "[{}]",
                    items.iter().map(reversed).collect::<Vec<_>>().join(", ")
                )
            }
            scalar => scalar.to_string(),
        }
    }
    let result = |text: &str| {
        let yaml = run(text, RULES, &[DOCS])
            .unwrap_or_else(|wrong| panic!("{wrong}"))
            .yaml;
        yaml.lines()
            .filter(|line| !line.contains("x-source-sha256"))
            .collect::<String>()
    };
    let json = spec().to_string();
    let backwards = reversed(&spec());
    assert_ne!(json, backwards);
    let yaml = serde_yaml::to_string(&spec())
        .expect("YAML")
        .replace("'200':", "200:");
    assert!(yaml.contains("200:"));
    assert_eq!(result(&json), result(&backwards));
    assert_eq!(result(&json), result(&yaml));
}
