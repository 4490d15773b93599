//! The samples of the guide and the examples of the reference, run against the sandbox: each does
//! what its page says, and prints what its page shows.

mod operations;
mod world;

use std::cell::RefCell;
use std::pin::Pin;

use stripe_financial_connections::Error;

use operations::Ids;
use world::World;

thread_local! {
    static PRINTED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// `println!`, into what the page has to show.
macro_rules! println {
    ($($argument:tt)*) => {
        crate::print(format_args!($($argument)*))
    };
}

fn print(line: std::fmt::Arguments<'_>) {
    PRINTED.with_borrow_mut(|printed| printed.push_str(&format!("{line}\n")));
}

include!(concat!(env!("OUT_DIR"), "/samples.rs"));

type Run<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

pub(crate) struct Sample {
    name: &'static str,
    /// The output that the page shows.
    output: Option<&'static str>,
    run: for<'a> fn(&'a World) -> Run<'a>,
}

#[tokio::test]
async fn samples_print_what_their_pages_show() {
    let mut wrong = Vec::new();
    for sample in SAMPLES {
        let world = World::new().await;
        PRINTED.take();
        let done = (sample.run)(&world).await;
        let printed = PRINTED.take();
        if let Err(error) = done {
            wrong.push(format!("{}: {error}", sample.name));
        } else if printed.trim_end() != sample.output.unwrap_or_default() {
            wrong.push(format!("{} prints:\n{printed}", sample.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
