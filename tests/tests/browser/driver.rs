//! A real browser: headless Chromium, driven by ChromeDriver.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Browsers at a time: each takes a core.
static BROWSERS: Semaphore = Semaphore::const_new(2);
/// How long anything may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the browser is to be.
#[derive(Clone, Default)]
pub(crate) struct Options {
    /// Arguments of Chromium, beside those that a test always needs.
    pub(crate) arguments: Vec<String>,
    pub(crate) dark: bool,
    /// As wide as a phone.
    pub(crate) narrow: bool,
    pub(crate) reduced_motion: bool,
}

pub(crate) struct Browser {
    pub(crate) client: Client,
    process: Process,
    _profile: tempfile::TempDir,
    _permit: SemaphorePermit<'static>,
}

/// Ends ChromeDriver, and with it the browser.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where a program is, of those that have one of these names.
fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Some(path.into());
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let candidates = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|path| path.is_file())
}

/// The folder of what npm installs for these tests.
pub(crate) fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser")
}

/// Chromium and ChromeDriver; says once where they are missing.
fn programs() -> Option<(PathBuf, PathBuf)> {
    static SAID: Once = Once::new();
    let chromium = program(
        "CHROMIUM",
        &["chromium", "chromium-browser", "google-chrome"],
    );
    let driver = program("CHROMEDRIVER", &["chromedriver"]);
    let installed = packages().join("node_modules").is_dir();
    match (chromium, driver, installed) {
        (Some(chromium), Some(driver), true) => Some((chromium, driver)),
        _ => {
            SAID.call_once(|| {
                // Output of tests that pass is not shown, but for what is written past it.
                let _ = writeln!(
                    std::io::stderr(),
                    "SKIPPED: the browser tests. To run them: apt-get install chromium \
                     chromium-driver, and npm ci --ignore-scripts --prefix tests/browser"
                );
            });
            None
        }
    }
}

impl Browser {
    /// Starts one; none if there is none on this machine.
    pub(crate) async fn start(options: Options) -> Option<Self> {
        let (chromium, driver) = programs()?;
        let permit = BROWSERS.acquire().await.expect("it is never closed");
        let profile = tempfile::tempdir().expect("there is room");
        let mut child = std::process::Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("ChromeDriver starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let process = Process(child);
        let port = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, port) = line.split_once("successfully on port ")?;
                port.trim_end_matches('.').parse::<u16>().ok()
            })
            .expect("ChromeDriver says its port");
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--lang=en-US",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        arguments.push(if options.narrow {
            "--window-size=500,740".to_owned()
        } else {
            "--window-size=1000,820".to_owned()
        });
        arguments.extend(options.arguments.clone());
        let capabilities = json!({
            "goog:chromeOptions": { "binary": chromium, "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("it is an object");
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("the browser starts");
        let browser = Self {
            client,
            process,
            _profile: profile,
            _permit: permit,
        };
        browser.emulate(&options).await;
        Some(browser)
    }

    async fn emulate(&self, options: &Options) {
        let scheme = if options.dark { "dark" } else { "light" };
        let motion = match options.reduced_motion {
            true => "reduce",
            false => "no-preference",
        };
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": motion },
        ] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
        if options.narrow {
            let phone =
                json!({ "width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": true });
            self.devtools("Emulation.setDeviceMetricsOverride", phone)
                .await;
        }
    }

    /// A command of the DevTools protocol.
    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        let command = Command("goog/cdp/execute", body);
        self.client
            .issue_cmd(command)
            .await
            .expect("Chromium does it")
    }

    /// What was written to the console since it was last asked.
    pub(crate) async fn console(&self) -> Vec<String> {
        let command = Command("se/log", json!({ "type": "browser" }));
        let log = self
            .client
            .issue_cmd(command)
            .await
            .expect("there is a log");
        let entries = log.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// The element that a selector names, once it is there and can be seen.
    pub(crate) async fn find(&self, css: &str) -> Element {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Ok(found) = self.client.find(Locator::Css(css)).await
                && found.is_displayed().await.unwrap_or_default()
            {
                return found;
            }
            if Instant::now() > end {
                let page = self.client.source().await.unwrap_or_default();
                panic!("there is no {css} in this page: {page}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn click(&self, css: &str) {
        self.find(css)
            .await
            .click()
            .await
            .expect("it can be clicked");
    }

    pub(crate) async fn click_id(&self, test_id: &str) {
        self.click(&by_id(test_id)).await;
    }

    pub(crate) async fn find_id(&self, test_id: &str) -> Element {
        self.find(&by_id(test_id)).await
    }

    /// Fills in a field that holds something.
    pub(crate) async fn fill(&self, test_id: &str, text: &str) {
        let field = self.find_id(test_id).await;
        field.clear().await.expect("it is a field");
        field.send_keys(text).await.expect("it takes text");
    }

    pub(crate) async fn is_there(&self, css: &str) -> bool {
        self.client.find(Locator::Css(css)).await.is_ok()
    }

    /// The heading of the pane, once it is this one.
    pub(crate) async fn heading(&self, text: &str) {
        let script = "return document.querySelector('h1')?.textContent";
        self.until(script, |heading| heading.as_str() == Some(text))
            .await;
    }

    /// What an expression of JavaScript gives, once that is as it should be.
    pub(crate) async fn until(&self, script: &str, right: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        let mut last = Value::Null;
        while Instant::now() < end {
            last = self.run(script).await;
            if right(&last) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{script} stays {last}");
    }

    /// Runs the body of a function.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.run_with(script, vec![]).await
    }

    pub(crate) async fn run_with(&self, script: &str, arguments: Vec<Value>) -> Value {
        let result = self.client.execute(script, arguments).await;
        result.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Until the dialog is not about to show something else.
    async fn idle(&self) {
        let busy = "return document.querySelector('[aria-busy]') === null";
        self.until(busy, |idle| *idle == true).await;
    }

    /// Keys, to what has the focus.
    pub(crate) async fn keys(&self, keys: impl AsRef<str>) {
        self.idle().await;
        let focused = self
            .client
            .active_element()
            .await
            .expect("something has the focus");
        let sent = focused.send_keys(keys.as_ref()).await;
        sent.expect("it takes keys");
    }

    /// What has the focus in the current frame: its test id, or its tag.
    pub(crate) async fn focused(&self) -> String {
        self.idle().await;
        let script =
            "const e = document.activeElement; return e.dataset.testid ?? (e.id || e.tagName)";
        self.run(script)
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Goes into the dialog, once it shows its first pane.
    pub(crate) async fn enter_dialog(&self) {
        let frame = self
            .find("dialog[open] iframe[name^='__privateStripeFrame']")
            .await;
        frame.enter_frame().await.expect("it is a frame");
        self.find("#pane h1").await;
    }

    pub(crate) async fn leave_frame(&self) {
        let top = Command("frame", json!({ "id": null }));
        self.client.issue_cmd(top).await.expect("there is a page");
    }

    /// Keeps a picture of what is seen, to be looked at.
    pub(crate) async fn screenshot(&self, name: &str) -> PathBuf {
        // Animations are over, fonts are there.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let picture = self.client.screenshot().await.expect("there is a picture");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        std::fs::create_dir_all(&folder).expect("there is room");
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, picture).expect("there is room");
        file
    }

    /// What axe finds in the current frame; nothing, if all can use it.
    pub(crate) async fn check_accessible(&self, what: &str) {
        let axe = packages().join("node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe).expect("npm has installed it");
        self.client
            .execute(&axe, vec![])
            .await
            .expect("it is a script");
        let script = "const done = arguments[0]; axe.run(document, { iframes: false }).then(\
            ({ violations }) => done(violations.map(({ id, help, nodes }) => \
            id + ': ' + help + ' ' + nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | '))), (error) => done([String(error)]))";
        let found = self.client.execute_async(script, vec![]).await;
        assert_eq!(found.expect("axe runs"), json!([]), "{what}");
    }

    /// Ends it in good order.
    pub(crate) async fn close(self) {
        let _ = self.client.clone().close().await;
        drop(self.process);
    }
}

pub(crate) fn by_id(test_id: &str) -> String {
    format!("[data-testid='{test_id}']")
}

/// A command that the client has no method for: its path, and its body.
#[derive(Debug)]
struct Command(&'static str, Value);

impl WebDriverCompatibleCommand for Command {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.0))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}
