//! The application: its page, and the server that the page calls.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event as Sse, KeepAlive, Sse as Stream};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream;
use serde::Serialize;
use stripe_financial_connections::Client;
use stripe_financial_connections::customer::CustomerId;
use stripe_financial_connections::financial_connections::{
    Account, AccountHolderFilter, AccountHolderParams, AccountId, AccountStatus, Permission,
    Prefetch, RefreshStatus,
};
use stripe_financial_connections::webhook::Webhook;
use tokio::sync::broadcast;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Number of events that the page shows.
const SHOWN: usize = 12;

/// The state of the application. A real one has a database, and customers who sign in.
#[derive(Clone)]
pub(crate) struct App {
    client: Client,
    publishable_key: String,
    /// The URL from which the page loads Stripe.js.
    stripe_js: String,
    webhook: Webhook,
    /// The customer who uses the page.
    customer: CustomerId,
    received: Arc<Mutex<VecDeque<Received>>>,
    /// Notifies open pages of changes.
    news: broadcast::Sender<()>,
}

/// An event as the page shows it.
#[derive(Clone, Serialize)]
struct Received {
    id: String,
    r#type: String,
}

impl App {
    pub(crate) async fn new(
        client: Client,
        publishable_key: impl Into<String>,
        stripe_js: &str,
        webhook_secret: &str,
    ) -> Result<Self> {
        let customer = client
            .customers()
            .create()
            .name("Robin Example")
            .email("robin@example.com")
            .await?;
        Ok(Self {
            client,
            publishable_key: publishable_key.into(),
            stripe_js: stripe_js.to_owned(),
            webhook: Webhook::new([webhook_secret]),
            customer: customer.id,
            received: Arc::default(),
            news: broadcast::channel(16).0,
        })
    }

    pub(crate) fn router(self) -> Router {
        Router::new()
            .route("/", get(page))
            .route("/app.js", get(script))
            .route("/app.css", get(style))
            .route("/sessions", post(session))
            .route("/accounts", get(accounts))
            .route("/accounts/{id}/disconnect", post(disconnect))
            .route("/webhooks", post(webhook))
            .route("/news", get(news))
            .with_state(self)
    }
}

async fn page(State(app): State<App>) -> Response {
    // Inserts keys and URLs into the page. None of these values comes from a user.
    let page = include_str!("index.html")
        .replace("{{publishable_key}}", &app.publishable_key)
        .replace("{{stripe_js}}", &app.stripe_js);
    let origin = app
        .stripe_js
        .split('/')
        .take(3)
        .collect::<Vec<_>>()
        .join("/");
    // The policy allows Stripe.js: its script, its frames and, for Stripe's own, its API.
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self' {origin}; \
         frame-src {origin} https://hooks.stripe.com; connect-src 'self' https://api.stripe.com"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, page).into_response()
}

async fn script() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (headers, include_str!("app.js"))
}

async fn style() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (headers, include_str!("app.css"))
}

#[derive(Serialize)]
struct NewSession {
    client_secret: String,
}

/// Creates the session with which the page links accounts. Only the page of this customer gets
/// the client secret.
async fn session(State(app): State<App>) -> Answer<Json<NewSession>> {
    let session = app
        .client
        .financial_connections()
        .sessions()
        .create(
            AccountHolderParams::customer(&app.customer),
            [
                Permission::Balances,
                Permission::Ownership,
                Permission::PaymentMethod,
                Permission::Transactions,
            ],
        )
        // Fetches the data as soon as an account is linked.
        .prefetch([
            Prefetch::Balances,
            Prefetch::Ownership,
            Prefetch::Transactions,
        ])
        .await?;
    let secret = session.client_secret.ok_or(Problem::NoSecret)?;
    Ok(Json(NewSession {
        client_secret: secret.expose().clone(),
    }))
}

#[derive(Serialize)]
struct Overview {
    accounts: Vec<AccountView>,
    events: Vec<Received>,
}

/// An account as the page shows it.
#[derive(Serialize)]
struct AccountView {
    id: AccountId,
    name: String,
    institution: String,
    last4: String,
    status: AccountStatus,
    /// In cents; `None` if it was not fetched yet, or the institution does not report it.
    balance: Option<i64>,
    /// Whether the balance is an amount owed.
    is_credit: bool,
    is_fetching: bool,
    owners: Vec<String>,
    transactions: Vec<TransactionView>,
}

#[derive(Serialize)]
struct TransactionView {
    description: String,
    amount: i64,
    at: i64,
}

async fn accounts(State(app): State<App>) -> Answer<Json<Overview>> {
    let mut list = app
        .client
        .financial_connections()
        .accounts()
        .list()
        .account_holder(AccountHolderFilter::customer(&app.customer))
        .limit(100)
        .stream();
    let mut accounts = Vec::new();
    while let Some(account) = list.try_next().await? {
        if account.status != AccountStatus::Disconnected {
            accounts.push(view(&app.client, account).await?);
        }
    }
    let received = app.received.lock().unwrap_or_else(PoisonError::into_inner);
    let events = received.iter().rev().cloned().collect();
    Ok(Json(Overview { accounts, events }))
}

async fn view(
    client: &Client,
    account: Account,
) -> std::result::Result<AccountView, stripe_financial_connections::Error> {
    let connections = client.financial_connections();
    let mut owners = Vec::new();
    if let Some(ownership) = &account.ownership {
        let list = connections.accounts().owners();
        let list = list.list(&account.id, ownership.id().as_str()).await?;
        owners.extend(list.data.iter().map(|owner| owner.name.expose().clone()));
    }
    let mut transactions = Vec::new();
    let refresh = account.transaction_refresh.as_ref();
    if refresh.is_some_and(|refresh| refresh.status == RefreshStatus::Succeeded) {
        let list = connections
            .transactions()
            .list(&account.id)
            .limit(5)
            .await?;
        transactions.extend(list.data.into_iter().map(|transaction| TransactionView {
            description: transaction.description,
            amount: transaction.amount,
            at: transaction.transacted_at.as_secs(),
        }));
    }
    let balance = account.balance.as_ref();
    let used = balance.and_then(|balance| balance.used_credit("usd"));
    let funds = balance.and_then(|balance| balance.available_funds("usd"));
    let pending = |status: &RefreshStatus| *status == RefreshStatus::Pending;
    Ok(AccountView {
        name: account.display_name.unwrap_or_default(),
        institution: account.institution_name,
        last4: account.last4.unwrap_or_default(),
        balance: used.or(funds.map(|funds| funds.amount())),
        is_credit: used.is_some(),
        is_fetching: account
            .balance_refresh
            .is_some_and(|refresh| pending(&refresh.status)),
        id: account.id,
        status: account.status,
        owners,
        transactions,
    })
}

/// Disconnects an account of this customer.
async fn disconnect(State(app): State<App>, Path(id): Path<AccountId>) -> Answer<StatusCode> {
    let accounts = app.client.financial_connections().accounts();
    let account = accounts.retrieve(&id).await?;
    // The id comes from the browser, so it could be an account of another customer.
    let customer = account.account_holder.and_then(|holder| holder.customer);
    if customer.is_none_or(|customer| *customer.id() != app.customer) {
        return Err(Problem::NotYours);
    }
    accounts.disconnect(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Receives events. Their body has to be verified as it was received.
async fn webhook(State(app): State<App>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get("stripe-signature");
    let signature = signature.and_then(|signature| signature.to_str().ok());
    match app.webhook.event(&body, signature.unwrap_or_default()) {
        Ok(event) => {
            let mut received = app.received.lock().unwrap_or_else(PoisonError::into_inner);
            // The same event may be delivered more than once.
            let id = event.id.to_string();
            if !received.iter().any(|known| known.id == id) {
                let r#type = event.r#type.to_string();
                received.push_back(Received { id, r#type });
                if received.len() > SHOWN {
                    received.pop_front();
                }
            }
            // An error means that no page is open.
            let _ = app.news.send(());
            StatusCode::OK
        }
        Err(error) => {
            eprintln!("An event was refused: {error}");
            StatusCode::BAD_REQUEST
        }
    }
}

/// Notifies the page of changes while it is open.
async fn news(
    State(app): State<App>,
) -> Stream<impl stream::Stream<Item = std::result::Result<Sse, Infallible>>> {
    let news = stream::unfold(app.news.subscribe(), |mut news| async {
        match news.recv().await {
            Ok(()) | Err(broadcast::error::RecvError::Lagged(_)) => {
                Some((Ok(Sse::default().event("news").data("now")), news))
            }
            Err(broadcast::error::RecvError::Closed) => None,
        }
    });
    Stream::new(news).keep_alive(KeepAlive::default())
}

type Answer<T> = std::result::Result<T, Problem>;

/// The reason why a request of the page fails.
enum Problem {
    Stripe(stripe_financial_connections::Error),
    NoSecret,
    NotYours,
}

impl From<stripe_financial_connections::Error> for Problem {
    fn from(error: stripe_financial_connections::Error) -> Self {
        Self::Stripe(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::Stripe(error) => {
                // The message is for the developer, not for the customer.
                eprintln!("{error}");
                (StatusCode::BAD_GATEWAY, "Stripe could not be asked.")
            }
            Self::NoSecret => (StatusCode::BAD_GATEWAY, "The session has no client secret."),
            Self::NotYours => (StatusCode::NOT_FOUND, "There is no such account."),
        };
        (status, message).into_response()
    }
}
