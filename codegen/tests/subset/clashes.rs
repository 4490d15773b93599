//! Words of the spec that would share one name: the one that was there keeps it, and the new one is
//! called otherwise, or is a diagnostic with the line that a person has to add.

use stripe_codegen::{Diagnostics, Version, complete, diff, generate, surface};

/// A spec of one object, which `GET /v1/cows/{cow}` answers and `POST /v1/cows/{cow}` changes.
fn herd(fields: &str, params: &str, more: &str) -> String {
    format!(
        "
openapi: 3.0.0
info: {{title: Farm, version: '1'}}
paths:
  /v1/cows/{{cow}}:
    get:
      operationId: GetCow
      parameters: [{{name: cow, in: path, required: true, schema: {{type: string}}}}]
      responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/cow'}}}}}}}}}}
    post:
      operationId: PostCow
      parameters: [{{name: cow, in: path, required: true, schema: {{type: string}}}}]
      requestBody: {{content: {{application/x-www-form-urlencoded: {{schema: {{type: object, properties: {{{params}}}}}}}}}}}
      responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/cow'}}}}}}}}}}
{more}
components:
  schemas:
    cow: {{type: object, x-resourceId: cow, required: [id, object], properties: {{id: {{type: string}}, object: {{type: string, enum: [cow]}}, {fields}}}}}
"
    )
}

/// The names of an update from `old` to `new`.
fn updated(old: &str, new: &str) -> (String, String) {
    let was = complete(old, "", None).expect("names").names;
    let is = complete(new, &was, Some(old)).expect("names").names;
    (was, is)
}

fn shown(spec: &str, names: &str) -> Result<String, Diagnostics> {
    surface(spec, Some(names)).map(|parts| parts.into_values().collect())
}

/// The breaking changes from one spec to another.
fn broken(old: (&str, &str), new: (&str, &str)) -> Vec<String> {
    let version = |(spec, names)| Version {
        spec,
        names: Some(names),
    };
    let diff = diff(version(old), version(new)).expect("both are sound");
    let breaking = diff.breaking();
    breaking
        .map(|change| format!("{}: {}", change.place, change.what))
        .collect()
}

/// Takes `new` in after `old`, has the one line added that is asked for, and sees that nothing
/// breaks. Gives the help.
#[track_caller]
fn mended(old: &str, new: &str, says: &str, line: &str) -> String {
    let (was, is) = updated(old, new);
    let found = generate(new, Some(&is), "farm").expect_err(says);
    let wrong: Vec<_> = found.iter().collect();
    let [wrong] = wrong[..] else {
        panic!("{found}");
    };
    assert!(wrong.message.contains(says), "{found}");
    let help = wrong.help.clone();
    let with_line = match line.split_once('\n') {
        // Below the key that is there.
        Some((key, below)) if is.contains(&format!("{key}\n")) => {
            is.replacen(&format!("{key}\n"), &format!("{key}\n{below}\n"), 1)
        }
        _ => format!("{is}{line}\n"),
    };
    // An entry added above may already have the key.
    shown(new, &with_line).unwrap_or_else(|found| panic!("{found}\n{with_line}"));
    assert_eq!(
        broken((old, &was), (new, &with_line)),
        [""; 0],
        "{with_line}"
    );
    help
}

#[test]
fn values_that_a_space_tells_apart_have_two_variants() {
    for (fields, params) in [
        ("mood: {type: string, enum: [so so, so_so]}", ""),
        ("", "mood: {type: string, enum: [so so, so_so]}"),
        (
            "",
            "mood: {anyOf: [{type: string, enum: [so so, so_so]}, {type: integer}]}",
        ),
        (
            "moods: {type: array, items: {type: string, enum: ['so so', so_so, 'So-So']}}",
            "",
        ),
    ] {
        let spec = herd(fields, params, "");
        let names = complete(&spec, "", None).expect("names").names;
        let shown = shown(&spec, &names).expect("it is sound");
        assert!(
            shown.contains("SoSo = so_so\n") && shown.contains("SoSpaceSo = so so\n"),
            "{shown}"
        );
        let made = generate(&spec, Some(&names), "farm").expect("it is sound");
        let text: String = made.files.into_values().collect();
        assert!(text.contains("\"so so\"") && text.contains("\"so_so\""));
    }
}

#[test]
fn a_new_value_is_called_otherwise() {
    for (old, new, says) in [
        ("so so", "so_so", "SoUnderscoreSo = so_so\n"),
        ("so_so", "so so", "SoSpaceSo = so so\n"),
        ("a.b", "a/b", "ASlashB = a/b\n"),
    ] {
        let of = |values: &str| herd(&format!("mood: {{type: string, enum: [{values}]}}"), "", "");
        let (before, after) = (of(old), of(&format!("{old}, {new}")));
        let (was, is) = updated(&before, &after);
        assert_eq!(broken((&before, &was), (&after, &is)), [""; 0]);
        let shown = shown(&after, &is).expect("it is sound");
        assert!(shown.contains(says), "{shown}\n{is}");
    }
    // Nothing tells these apart in words.
    let of = |values: &str| herd(&format!("mood: {{type: string, enum: [{values}]}}"), "", "");
    let help = mended(
        &of("SoSo"),
        &of("SoSo, soSo"),
        "`SoSo` and `soSo` of `cow::CowMood` are both called `SoSo`",
        "    variants:\n      soSo: SoSo2",
    );
    assert!(help.contains("`variants: {\"soSo\": SoSo2}`"), "{help}");
}

#[test]
fn a_new_field_is_a_line_for_the_maintainer() {
    for (old, new, line) in [
        ("aB", "a_b", "    fields:\n      a_b: a_b_2"),
        ("a_b", "aB", "    fields:\n      aB: a_b_2"),
    ] {
        let field = |name: &str| format!("{name}: {{type: string}}");
        let both = format!("{}, {}", field(old), field(new));
        let help = mended(
            &herd(&field(old), "", ""),
            &herd(&both, "", ""),
            &format!("`{old}` and `{new}` of `cow::Cow` are both called `a_b`"),
            line,
        );
        assert!(
            help.contains(&format!("`fields: {{\"{new}\": a_b_2}}`")),
            "{help}"
        );
        // The parameters of an object, and those of an operation.
        let inside = |fields: &str| {
            let bell = format!("bell: {{type: object, properties: {{{fields}}}}}");
            herd("", &bell, "")
        };
        mended(
            &inside(&field(old)),
            &inside(&both),
            &format!("`{old}` and `{new}` of `cow::CowBellParams` are both called `a_b`"),
            line,
        );
        let line = format!("  params:\n    {new}: a_b_2");
        let help = mended(
            &herd("", &field(old), ""),
            &herd("", &both, ""),
            &format!("its parameters `{old}` and `{new}` are both called `a_b`"),
            &line,
        );
        assert!(help.contains("`POST /v1/cows/{}: {params: {"), "{help}");
        assert!(help.contains(&format!("\"{new}\": a_b_2")), "{help}");
    }
}

#[test]
fn what_clears_a_parameter_has_a_name_too() {
    let clearable = "a: {anyOf: [{type: integer}, {type: string, enum: ['']}]}";
    let both = format!("{clearable}, clear_a: {{type: string}}");
    for spec in [
        herd("", &both, ""),
        herd(
            "",
            &format!("bell: {{type: object, properties: {{{both}}}}}"),
            "",
        ),
    ] {
        let names = complete(&spec, "", None).expect("names").names;
        let found = generate(&spec, Some(&names), "farm").expect_err("two methods");
        assert!(
            found.to_string().contains("both called `clear_a`"),
            "{found}"
        );
    }
}

#[test]
fn a_new_event_is_called_otherwise() {
    let of = |events: &str| herd("", "", &format!("x-events: {{{events}}}"));
    let event = |name: &str| format!("{name}: {{description: It happened.}}");
    let old = event("cow.bell_rang");
    for (new, says) in [
        ("cow_bell.rang", "CowBellDotRang = cow_bell.rang\n"),
        ("cow.bell.rang", "CowDotBellDotRang = cow.bell.rang\n"),
    ] {
        let (before, after) = (of(&old), of(&format!("{old}, {}", event(new))));
        let (was, is) = updated(&before, &after);
        assert_eq!(broken((&before, &was), (&after, &is)), [""; 0]);
        assert!(is.contains("EVENT cow.bell_rang:\n  variant: CowBellRang\n"));
        let shown = shown(&after, &is).expect("it is sound");
        assert!(shown.contains(says), "{shown}");
        assert!(shown.contains("CowBellRang = cow.bell_rang\n"), "{shown}");
        // An entry of an event is removed with the event.
        let gone = of(&event(new));
        let left = complete(&gone, &is, Some(&after)).expect("names").names;
        assert!(!left.contains("EVENT cow.bell_rang"), "{left}");
    }
    let (old, new) = (event("cowMooed"), event("CowMooed"));
    let help = mended(
        &of(&old),
        &of(&format!("{old}, {new}")),
        "the events `cowMooed` and `CowMooed` are both called `CowMooed`",
        "EVENT CowMooed: {variant: CowMooed2}",
    );
    assert!(
        help.contains("`EVENT CowMooed: {variant: CowMooed2}`"),
        "{help}"
    );
    // An event that is not there.
    let found = shown(&of(""), "EVENT cow.mooed: {variant: Mooed}\n").expect_err("no event");
    assert!(
        found
            .to_string()
            .contains("the spec has no event `cow.mooed`"),
        "{found}"
    );
}

#[test]
fn a_new_method_is_a_line_for_the_maintainer() {
    let post = |path: &str, id: &str| {
        format!(
            "  {path}:
    post:
      operationId: {id}
      parameters: [{{name: cow, in: path, required: true, schema: {{type: string}}}}]
      responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/cow'}}}}}}}}}}
"
        )
    };
    let milk = post("/v1/cows/{cow}/milk_now", "A");
    let other = post("/v1/cows/{cow}/milkNow", "B");
    for (old, new, place) in [
        (&milk, &other, "POST /v1/cows/{}/milkNow"),
        (&other, &milk, "POST /v1/cows/{}/milk_now"),
    ] {
        let help = mended(
            &herd("", "", old),
            &herd("", "", &format!("{old}{new}")),
            "called `cows.milk_now`, as is",
            &format!("{place}: {{call: cows.milk_now2}}"),
        );
        assert!(help.contains(&format!("`{place}: {{call:")), "{help}");
    }
}

#[test]
fn what_is_done_to_an_item_is_a_method_also_when_the_item_cannot_be_read() {
    let post = |path: &str| {
        let names = path
            .split('/')
            .filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'));
        let parameters: Vec<String> = names
            .map(|name| {
                format!("{{name: {name}, in: path, required: true, schema: {{type: string}}}}")
            })
            .collect();
        format!(
            "  {path}:
    post:
      operationId: '{path}'
      parameters: [{}]
      responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/cow'}}}}}}}}}}
",
            parameters.join(", ")
        )
    };
    let paths = [
        (
            "/v1/test_helpers/farm/transfers/{id}/fail",
            "transfers.fail(",
        ),
        (
            "/v1/test_helpers/farm/cards/{card}/shipping/deliver",
            "shipping.deliver(",
        ),
        ("/v1/test_helpers/farm/deals/{deal}/refund", "deals.refund("),
        (
            "/v1/test_helpers/farm/deals/create_force_sale",
            "deals.create_force_sale(",
        ),
        // A collection that can only be added to.
        ("/v1/farm/tokens", "tokens.create("),
    ];
    let more: String = paths.iter().map(|(path, _)| post(path)).collect();
    let spec = herd("", "", &more);
    let names = complete(&spec, "", None).expect("names").names;
    let shown = shown(&spec, &names).expect("it is sound");
    for (path, call) in paths {
        assert!(shown.contains(call), "{path}: {shown}");
    }
}

#[test]
fn an_id_has_a_name_of_its_own() {
    // The view of one object and the id of another.
    let other = "details: {$ref: '#/components/schemas/bell'}";
    let spec = herd(other, "", "").replace(
        "components:\n  schemas:\n",
        "components:\n  schemas:\n    bell: {type: object, required: [id], properties: {id: {type: string}}}\n",
    );
    let names = "cow:\n  Bell:\n    id: CowId\n    at: [bell]\n  Cow:\n    at: [cow]\n";
    let found = shown(&spec, names).expect_err("one name for two ids");
    let found = found.to_string();
    assert!(
        found.contains("is called `CowId`, as is the newtype of an id")
            && found.contains("`id: CowId2`"),
        "{found}"
    );
}

#[test]
fn a_new_object_of_events_is_a_line_for_the_maintainer() {
    let of = |names: &[&str]| {
        let resources: String = names
            .iter()
            .map(|name| {
                format!(
                    "    {name}: {{type: object, x-resourceId: {name}, required: [id, object], properties: {{id: {{type: string}}, object: {{type: string, enum: [{name}]}}}}}}\n"
                )
            })
            .collect();
        let events = "x-events: {farm_bell.rang: {description: It happened.}}";
        herd("", "", events).replace(
            "components:\n  schemas:\n",
            &format!("components:\n  schemas:\n{resources}"),
        )
    };
    let help = mended(
        &of(&["farm.bell"]),
        &of(&["farm.bell", "farm_bell"]),
        "among the objects of events, `farm::Bell` and `farm_bell::FarmBell` are both",
        "  FarmBell:\n    event: FarmBell2",
    );
    assert!(help.contains("`event: FarmBell2`"), "{help}");
    let help = mended(
        &of(&["farm_bell"]),
        &of(&["farm.bell", "farm_bell"]),
        "among the objects of events, `farm_bell::FarmBell` and `farm::Bell` are both",
        "  Bell:\n    event: FarmBell2",
    );
    assert!(help.contains("at `farm::Bell`"), "{help}");
}

#[test]
fn rules_of_operations_speak_of_what_is_there() {
    let list = "  /v1/cows:
    get:
      operationId: GetCows
      x-at-most-one: [[barn.door], [barn.gate, mood]]
      parameters:
      - {name: barn, in: query, schema: {type: object, properties: {door: {type: string}, gate: {type: string}}}}
      - {name: mood, in: query, schema: {type: string}}
      - {name: cow, in: query, schema: {type: string}}
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [data, has_more, object, url]
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/cow'}}
                  has_more: {type: boolean}
                  object: {type: string, enum: [list]}
                  url: {type: string}
";
    let spec = herd("", "", list).replace(
        "operationId: GetCow\n",
        "operationId: GetCow\n      x-list-filters: {/v1/cows: cow}\n",
    );
    let made = generate(&spec, None, "farm").expect("it is sound");
    let text: String = made.files.into_values().collect();
    let text: String = text.split_whitespace().collect();
    assert!(
        text.contains(".at_most_one(&[&[\"barn.door\"],&[\"barn.gate\",\"mood\"]])"),
        "{text}"
    );
    assert!(
        text.contains(".list_filters(&[(\"/v1/cows\",\"cow\")])"),
        "{text}"
    );
    for (from, to, says) in [
        (
            "[barn.door]",
            "[barn.hatch]",
            "`barn.hatch` is not a parameter",
        ),
        ("[barn.door]", "[bull]", "`bull` is not a parameter"),
        ("[[barn.door]", "[barn.door", "no rule of this kind"),
        (
            "x-list-filters: {/v1/cows: cow}",
            "x-list-filters: {/v1/cows: mood}",
            "the path of this operation has no `mood`",
        ),
        (
            "x-list-filters: {/v1/cows: cow}",
            "x-list-filters: {/v1/bulls: cow}",
            "`GET /v1/bulls` has no parameter `cow`",
        ),
    ] {
        let spec = spec.replacen(from, to, 1);
        let found = generate(&spec, None, "farm").expect_err(says);
        let wrong: Vec<_> = found.iter().collect();
        assert!(wrong[0].message.contains(says), "{found}");
        assert!(wrong[0].position.is_some(), "{found}");
    }
}
