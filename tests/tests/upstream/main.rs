//! Generates a crate from Stripe's whole spec, if it is available. The whole crate and any part
//! of it compile.

mod slices;

use std::fs;
use std::path::Path;
use stripe_tests::scratch::Crate;
use stripe_tests::{names, upstream};

#[test]
fn the_whole_upstream_spec_becomes_a_crate_that_compiles() {
    let path = upstream::committed();
    let Ok(spec) = fs::read_to_string(&path) else {
        println!(
            "SKIPPED: Stripe's whole spec is not here ({})",
            path.display()
        );
        return;
    };
    // The runtime refers to some types by the names that the committed file gives them.
    let completed = stripe_codegen::complete(&spec, &names::committed(), None)
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let names = Some(completed.names.as_str());
    let generated = stripe_codegen::generate(&spec, names, "stripe_financial_connections")
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    // Only an upload and a PDF can't be expressed in the crate.
    let left_out: Vec<&str> = generated
        .left_out
        .iter()
        .map(|diagnostic| diagnostic.pointer.as_str())
        .collect();
    assert_eq!(
        left_out,
        [
            "/paths/~1v1~1files/post",
            "/paths/~1v1~1quotes~1{quote}~1pdf/get"
        ]
    );
    assert!(
        generated.operations > 600,
        "{} operations",
        generated.operations
    );

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let scratch = Crate::new(folder, "upstream", &generated.files).unwrap();
    let said = scratch.check(&["--features", "webhook"]).unwrap();
    assert!(!said.contains("error"), "{said}");
}
