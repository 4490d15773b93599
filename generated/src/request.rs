//! Requests before they are sent. This code is not generic; only the types of operations are.

mod body;
mod check;
mod extra;
mod options;
mod rules;
mod send;

use std::borrow::Cow;
use std::fmt;

use serde::de::DeserializeOwned;

pub(crate) use options::Options;
use rules::Rules;

use crate::client::Client;
use crate::list::Parent;
use crate::params::{self, Params, Value};
use crate::response::{Reply, ResponseFuture};
use crate::{Error, List, Response, de};

/// An HTTP method that Stripe's API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Reads an object; parameters are sent in the query.
    Get,
    /// Changes something; parameters are sent in the body, with an idempotency key.
    Post,
    /// Deletes an object; parameters are sent in the query.
    Delete,
}

impl Method {
    /// Returns the method in upper case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Boxed, so that setters move one pointer.
#[derive(Clone)]
pub(crate) struct Request(Box<Parts>);

#[derive(Clone)]
struct Parts {
    client: Client,
    method: Method,
    /// The path with `{names}` for ids, which is also the route in traces.
    template: Cow<'static, str>,
    path: String,
    /// Pairs of a query in a URL from Stripe, sent unchanged.
    pairs: String,
    params: Params,
    /// What a POST has in its query, beside what is in its body.
    query: Params,
    /// Parameters added by `with_param`.
    extra: Vec<(String, Value)>,
    /// The cursors of the earlier pages.
    cursors: Vec<u64>,
    json: bool,
    rules: Rules,
    options: Options,
    /// The first reason why the request is invalid; sending reports it.
    refusal: Option<String>,
}

impl Request {
    pub(crate) fn new(client: &Client, method: Method, template: &'static str) -> Self {
        Self::with_template(client, method, Cow::Borrowed(template))
    }

    /// Creates a request to a path that still has to be checked.
    pub(crate) fn raw(client: &Client, method: Method, path: String) -> Self {
        let refusal = check::raw_path(&path);
        let mut request = Self::with_template(client, method, Cow::Owned(path));
        request.refuse_if(refusal);
        request
    }

    /// Creates a request to the URL of a list from Stripe. A query of the URL is kept, without
    /// its cursor.
    pub(crate) fn for_url(client: &Client, url: &str) -> Self {
        let path = url
            .strip_prefix(client.inner().base_url.as_str().trim_end_matches('/'))
            .unwrap_or(url);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut request = Self::raw(client, Method::Get, path.to_owned());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match params::pairs(pair).pop() {
                Some((name, value)) if name == "starting_after" || name == "ending_before" => {
                    request.set(name, value);
                }
                _ => {
                    let between = if request.0.pairs.is_empty() { "" } else { "&" };
                    request.0.pairs.extend([between, pair]);
                }
            }
        }
        request
    }

    /// Creates a request for a list inside the object that this request returns.
    pub(crate) fn for_list(&self, url: &str) -> Self {
        let mut request = Self::for_url(&self.0.client, url);
        request.0.options = self.0.options.clone();
        self.filter(&mut request);
        request
    }

    /// Fields of the items of a list to be expanded, whose paths Stripe wants below `data`.
    pub(crate) fn expand_items(&mut self, paths: impl IntoIterator<Item = impl Into<String>>) {
        let below = |path: String| match path.split('.').next() {
            Some("data" | "total_count") => path,
            _ => "data.".to_owned() + &path,
        };
        let paths = paths.into_iter().map(|path| below(path.into()));
        self.set("expand", params::strings(paths));
    }

    /// Expands fields of a list as the request for the surrounding object did: `lines.data.price`
    /// becomes `data.price` for the list in `lines`.
    pub(crate) fn expand_as_in(&mut self, parent: &Self, field: &str) {
        let expand = parent.0.params.get("expand");
        let inside = format!("{field}.data.");
        let paths = expand.into_iter().flat_map(Value::texts);
        let paths = paths.filter_map(|path| {
            let (before, inner) = path.split_once(&inside)?;
            (before.is_empty() || before.ends_with('.')).then(|| format!("data.{inner}"))
        });
        let paths: Vec<String> = paths.collect();
        let is_in_url = params::pairs(&self.0.pairs)
            .iter()
            .any(|(name, _)| name.starts_with("expand["));
        if !paths.is_empty() && !is_in_url {
            self.set("expand", paths);
        }
    }

    fn with_template(client: &Client, method: Method, template: Cow<'static, str>) -> Self {
        Self(Box::new(Parts {
            client: client.clone(),
            method,
            path: template.clone().into_owned(),
            template,
            pairs: String::new(),
            params: Params::new(),
            query: Params::new(),
            extra: Vec::new(),
            cursors: Vec::new(),
            json: false,
            rules: Rules::default(),
            options: Options::default(),
            refusal: None,
        }))
    }

    /// Replaces a name in the path by an id, which is escaped.
    pub(crate) fn path(mut self, name: &str, id: impl Into<String>) -> Self {
        self.fill(name, &id.into());
        self
    }

    pub(crate) fn fill(&mut self, name: &str, id: &str) {
        if matches!(id, "" | "." | "..") {
            self.refuse_if(Some(format!(
                "`{id}` is not a `{name}`: it would lead to another path"
            )));
        }
        if id.chars().any(char::is_control) {
            self.refuse_if(Some(format!(
                "the `{name}` has a line break or another control character; trim it where it \
                 is read"
            )));
        }
        let path = &self.0.path;
        let around = path.match_indices('{').find_map(|(start, _)| {
            let after = path[start + 1..].strip_prefix(name)?.strip_prefix('}')?;
            Some((&path[..start], after))
        });
        let Some((before, after)) = around else {
            return self.refuse_if(Some(format!("the path has no `{{{name}}}`")));
        };
        let mut filled = String::with_capacity(path.len() + id.len());
        filled.push_str(before);
        params::encode_path_segment(&mut filled, id);
        filled.push_str(after);
        self.0.path = filled;
    }

    /// Sets a required parameter. An empty one is refused.
    pub(crate) fn param(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.require(name, value.into());
        self
    }

    fn require(&mut self, name: &'static str, value: Value) {
        self.refuse_empty(name, &value);
        self.0.params.set(name, value);
    }

    fn refuse_empty(&mut self, name: &str, value: &Value) {
        if value.is_empty() {
            self.refuse_if(Some(format!("`{name}` is required and must not be empty")));
        }
    }

    /// A required parameter that is in the query even of a POST.
    #[allow(dead_code, reason = "some slices of the spec have none")]
    pub(crate) fn param_in_query(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.refuse_empty(name, &value);
        self.set_in_query(name, value);
        self
    }

    /// Sets a parameter that is in the query even of a POST.
    pub(crate) fn set_in_query(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
    ) {
        match self.0.method {
            Method::Post => self.0.query.set(name, value),
            Method::Get | Method::Delete => self.0.params.set(name, value),
        }
    }

    pub(crate) fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        self.0.params.set(name, value);
    }

    pub(crate) fn clear(&mut self, name: &'static str) {
        self.0.params.clear(name);
    }

    /// Sends the parameters of a POST as JSON instead of a form.
    pub(crate) fn json(mut self) -> Self {
        self.0.json = true;
        self
    }

    pub(crate) fn options(&mut self) -> &mut Options {
        &mut self.0.options
    }

    pub(crate) fn params(&self) -> &Params {
        &self.0.params
    }

    /// What is in the query of a POST; all others have all of theirs in [`params`](Self::params).
    pub(crate) fn query(&self) -> &Params {
        &self.0.query
    }

    pub(crate) fn params_mut(&mut self) -> &mut Params {
        &mut self.0.params
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    /// A request for the object that this one acts on: the path less its last segment, with the
    /// same options and expanded fields.
    pub(crate) fn retrieve(&self) -> Self {
        let template = match &self.0.template {
            Cow::Borrowed(template) => parent(template).into(),
            Cow::Owned(template) => parent(template).to_owned().into(),
        };
        let mut request = Self::with_template(&self.0.client, Method::Get, template);
        request.0.path = parent(&self.0.path).to_owned();
        request.0.options = self.0.options.clone();
        request.0.refusal = self.0.refusal.clone();
        let expand = self.0.params.get("expand");
        if let Some(expand) = expand.or(self.0.query.get("expand")) {
            request.set("expand", expand.clone());
        }
        request
    }

    pub(crate) fn method(&self) -> Method {
        self.0.method
    }

    pub(crate) fn filled_path(&self) -> &str {
        &self.0.path
    }

    /// Returns the path with `{names}`. In a path from the caller or from Stripe, segments that
    /// may be ids are removed.
    fn route(&self) -> Cow<'_, str> {
        match &self.0.template {
            Cow::Borrowed(template) => Cow::Borrowed(template),
            Cow::Owned(template) => check::route(template).into(),
        }
    }

    /// Returns the parameters as they will be sent, decoded.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let mut request = self.clone();
        // A parameter that can't be added is refused when the request is sent.
        let _ = request.join_extra();
        let mut pairs = params::pairs(&request.0.query());
        if request.0.method == Method::Post {
            pairs.extend(params::pairs(&params::form(&request.0.params)));
        }
        pairs
    }

    /// Returns the cursor of this page.
    pub(crate) fn cursor(&self) -> Option<&str> {
        let cursor = self.0.params.get("ending_before");
        cursor.or(self.0.params.get("starting_after"))?.text()
    }

    /// Returns the cursors of the earlier pages, as hashes.
    pub(crate) fn cursors(&mut self) -> &mut Vec<u64> {
        &mut self.0.cursors
    }

    /// Keeps only the first reason, since later ones often follow from it.
    pub(crate) fn refuse_if(&mut self, refusal: Option<String>) {
        if self.0.refusal.is_none() {
            self.0.refusal = refusal;
        }
    }

    /// Sends the request on the thread for blocking calls, and waits for the response.
    #[cfg(feature = "blocking")]
    pub(crate) fn wait<T>(mut self, send: fn(Self) -> ResponseFuture<T>) -> Result<T, Error> {
        self.0.options.blocking = true;
        let client = self.0.client.clone();
        send(self).wait(&client.inner().blocking)
    }

    pub(crate) fn send<T: DeserializeOwned>(self) -> ResponseFuture<T> {
        ResponseFuture::new(self.start(), |reply| Ok(decode(reply)?.0.value))
    }

    pub(crate) fn send_with_response<T: DeserializeOwned>(self) -> ResponseFuture<Response<T>> {
        ResponseFuture::new(self.start(), |reply| Ok(decode(reply)?.0))
    }

    pub(crate) fn send_list<T: DeserializeOwned>(self) -> ResponseFuture<List<T>> {
        ResponseFuture::new(self.start(), |reply| Ok(decode_list(reply)?.value))
    }

    pub(crate) fn send_list_with_response<T: DeserializeOwned>(
        self,
    ) -> ResponseFuture<Response<List<T>>> {
        ResponseFuture::new(self.start(), decode_list)
    }
}

/// A path less its last segment.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

impl Parts {
    /// Encodes the parameters as a query.
    fn query(&self) -> String {
        let form = params::form(match self.method {
            Method::Post => &self.query,
            Method::Get | Method::Delete => &self.params,
        });
        match (self.pairs.is_empty(), form.is_empty()) {
            (true, _) => form,
            (false, true) => self.pairs.clone(),
            (false, false) => [&self.pairs, "&", &form].concat(),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.0.method)
            .field("route", &self.route())
            .field("params", &self.0.params)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

/// Parses a response. Returns its value and the request.
fn decode<T: DeserializeOwned>(reply: Reply) -> Result<(Response<T>, Option<Request>), Error> {
    let parent = Parent::enter(reply.request);
    let value = de::from_slice(&reply.body);
    let request = parent.leave();
    let Reply {
        status,
        headers,
        body,
        ..
    } = reply;
    let value = value.map_err(|error| error.of_response(status, headers.request_id()))?;
    Ok((
        Response {
            value,
            status,
            headers,
            body,
        },
        request,
    ))
}

fn decode_list<T: DeserializeOwned>(reply: Reply) -> Result<Response<List<T>>, Error> {
    let (mut response, request) = decode::<List<T>>(reply)?;
    if let Some(request) = request {
        response.value = response.value.answers(request);
    }
    Ok(response)
}

#[cfg(test)]
mod tests;
