//! Drives a real browser: headless Chromium, with ChromeDriver.

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

/// Limits the number of browsers, as each uses a core.
static BROWSERS: Semaphore = Semaphore::const_new(2);
/// The longest time to wait for anything on a page.
const PATIENCE: Duration = Duration::from_secs(20);

/// Options of the browser.
#[derive(Clone, Default)]
pub(crate) struct Options {
    /// Additional arguments of Chromium.
    pub(crate) arguments: Vec<String>,
    pub(crate) dark: bool,
    /// Whether the window is as narrow as a phone.
    pub(crate) narrow: bool,
    pub(crate) reduced_motion: bool,
}

pub(crate) struct Browser {
    pub(crate) client: Client,
    process: Process,
    _profile: tempfile::TempDir,
    _permit: SemaphorePermit<'static>,
}

/// Starts ChromeDriver, and ends it when the input ends: when the test is over, however it ends,
/// and also when the process of the tests is killed. Chromium ends with its pipe to ChromeDriver.
const RUN: &str = r#""$0" --port=0 & read _; kill -9 $!"#;

/// Ends ChromeDriver and its browser when dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Finds a program by an environment variable, or by one of these names.
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

/// Returns the folder of the npm packages for these tests.
pub(crate) fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser")
}

/// Finds Chromium and ChromeDriver. Prints a line once if they are missing.
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
                // Writes to stderr directly, as the output of passing tests is hidden.
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
    /// Starts a browser; `None` if none is installed.
    pub(crate) async fn start(options: Options) -> Option<Self> {
        let (chromium, driver) = programs()?;
        let permit = BROWSERS.acquire().await.expect("it is never closed");
        let profile = tempfile::tempdir().expect("there is room");
        let mut child = std::process::Command::new("sh")
            .args(["-c", RUN])
            .arg(driver)
            .stdin(Stdio::piped())
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
            "--remote-debugging-pipe",
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

    pub(crate) async fn emulate(&self, options: &Options) {
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

    /// Sends a command of the DevTools protocol.
    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        let command = Command("goog/cdp/execute", body);
        self.client
            .issue_cmd(command)
            .await
            .expect("Chromium does it")
    }

    /// Returns what was written to the console since the last call.
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

    /// Waits for the element of a selector to be visible, and returns it.
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

    /// Replaces the text of a field.
    pub(crate) async fn fill(&self, test_id: &str, text: &str) {
        let field = self.find_id(test_id).await;
        field.clear().await.expect("it is a field");
        field.send_keys(text).await.expect("it takes text");
    }

    pub(crate) async fn is_there(&self, css: &str) -> bool {
        self.client.find(Locator::Css(css)).await.is_ok()
    }

    /// Waits until the pane has this heading.
    pub(crate) async fn heading(&self, text: &str) {
        let script = "return document.querySelector('h1')?.textContent";
        self.until(script, |heading| heading.as_str() == Some(text))
            .await;
    }

    /// Evaluates a JavaScript expression until its value is right, and returns it.
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

    /// Runs the body of a JavaScript function.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.run_with(script, vec![]).await
    }

    pub(crate) async fn run_with(&self, script: &str, arguments: Vec<Value>) -> Value {
        let result = self.client.execute(script, arguments).await;
        result.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until the dialog does not change any more.
    async fn idle(&self) {
        let busy = "return document.querySelector('[aria-busy]') === null";
        self.until(busy, |idle| *idle == true).await;
    }

    /// Sends keys to the focused element.
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

    /// Returns the focused element of the current frame: its test id, or its tag.
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

    /// Enters the dialog's frame once it shows its first pane.
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

    /// Saves a screenshot, to be looked at.
    pub(crate) async fn screenshot(&self, name: &str) -> PathBuf {
        // Waits for the end of animations, and for fonts.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let picture = self.client.screenshot().await.expect("there is a picture");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        std::fs::create_dir_all(&folder).expect("there is room");
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, picture).expect("there is room");
        file
    }

    /// Keeps a picture of the whole page, with what is seen by scrolling.
    pub(crate) async fn screenshot_whole(&self, name: &str, options: &Options) -> PathBuf {
        let size = "return { width: innerWidth, height: document.documentElement.scrollHeight, deviceScaleFactor: 1, mobile: false }";
        let size = self.run(size).await;
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
        let file = self.screenshot(name).await;
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({}))
            .await;
        self.emulate(options).await;
        file
    }

    /// Checks that axe finds no problem in the current frame.
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

    /// Closes the browser.
    pub(crate) async fn close(self) {
        let _ = self.client.clone().close().await;
        drop(self.process);
    }
}

pub(crate) fn by_id(test_id: &str) -> String {
    format!("[data-testid='{test_id}']")
}

/// A command that the WebDriver client has no method for.
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
