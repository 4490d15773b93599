"""Runs the whole flow with Stripe's official Python SDK against the sandbox.

    python conformance.py SANDBOX [ARGUMENT...]

starts the program SANDBOX on a free port, and needs the packages of requirements.txt.
"""

import http.server
import json
import queue
import re
import subprocess
import sys
import threading
import urllib.parse
import urllib.request

import stripe

SECRET = "whsec_python"


class Sandbox:
    """The program, and what it has beside Stripe's API."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            [*command, "--port", "0"], stdout=subprocess.PIPE, text=True
        )
        start = ""
        while "Publishable key" not in start:
            start += self.process.stdout.readline()
        self.key = re.search(r"sk_test_\w+", start)[0]
        self.url = re.search(r"http://[\d.:]+", start)[0]

    def post(self, path, **form):
        data = urllib.parse.urlencode(form, doseq=True).encode()
        with urllib.request.urlopen(f"{self.url}/_sandbox/{path}", data) as answer:
            return json.load(answer)


class Webhook(http.server.BaseHTTPRequestHandler):
    """Takes events that the SDK verifies."""

    events = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        event = stripe.Webhook.construct_event(body, self.headers["stripe-signature"], SECRET)
        self.events.put(event)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def expect(error, code, call):
    """The call has to fail with this error."""
    try:
        call()
    except error as raised:
        assert raised.code == code, f"{raised.code}, not {code}: {raised}"
        assert raised.request_id, "an error names its request"
    else:
        raise AssertionError(f"there was no {error.__name__}")


def accounts(client, sandbox):
    """From a customer to accounts; returns the one with all data."""
    customer = client.v1.customers.create(
        {"email": "robin@example.com", "name": "Robin Example", "metadata": {"plan": "a b&c"}}
    )
    assert customer.metadata["plan"] == "a b&c"
    customer = client.v1.customers.update(customer.id, {"metadata": {"plan": ""}})
    assert "plan" not in customer.metadata

    connections = client.v1.financial_connections
    session = connections.sessions.create(
        {
            "account_holder": {"type": "customer", "customer": customer.id},
            "permissions": ["balances", "ownership", "payment_method", "transactions"],
            "prefetch": ["balances"],
            "filters": {"countries": ["US"]},
        }
    )
    assert session.client_secret.startswith("fcsess_client_secret_")
    assert session.id.removeprefix("fcsess_") not in session.client_secret
    sandbox.post(f"sessions/{session.id}/link")
    session = connections.sessions.retrieve(session.id)
    assert len(session.accounts.data) == 3

    pages = connections.accounts.list({"account_holder": {"customer": customer.id}, "limit": 1})
    found = [account.id for account in pages.auto_paging_iter()]
    assert sorted(found) == sorted(account.id for account in session.accounts.data)
    return next(a for a in session.accounts.data if a.subcategory == "checking")


def data(client, sandbox, account):
    """Refreshes, and reads what they bring."""
    api = client.v1.financial_connections
    sandbox.post("clock/advance", seconds=2)
    account = api.accounts.retrieve(account.id)
    assert account.balance_refresh.status == "succeeded"
    assert account.balance.cash.available["usd"] > 0

    pending = api.accounts.refresh(account.id, {"features": ["ownership", "transactions"]})
    assert pending.transaction_refresh.status == "pending"
    expect(
        stripe.InvalidRequestError,
        None,
        lambda: api.accounts.refresh(account.id, {"features": ["ownership"]}),
    )
    sandbox.post("clock/advance", seconds=2)
    account = api.accounts.retrieve(account.id, {"expand": ["ownership"]})
    owners = api.accounts.owners.list(account.id, {"ownership": account.ownership.id})
    assert [owner.name for owner in owners] == [o.name for o in account.ownership.owners.data]

    seen = account.transaction_refresh.id
    listed = api.transactions.list({"account": account.id, "limit": 10})
    transactions = list(listed.auto_paging_iter())
    assert len(transactions) > 100
    assert len({transaction.id for transaction in transactions}) == len(transactions)
    since = {"gte": transactions[20].transacted_at}
    recent = api.transactions.list({"account": account.id, "transacted_at": since, "limit": 100})
    assert len(recent.data) in (21, 22)

    api.accounts.subscribe(account.id, {"features": ["transactions"]})
    sandbox.post("clock/advance", seconds=2 * 86_400 + 2)
    new = api.transactions.list(
        {"account": account.id, "transaction_refresh": {"after": seen}, "limit": 100}
    )
    assert 0 < len(new.data) < len(transactions)
    api.accounts.unsubscribe(account.id, {"features": ["transactions"]})


def payments(client, sandbox):
    """A debit of an account that is linked for it."""
    customer = client.v1.customers.create()
    payment = client.v1.payment_intents.create(
        {
            "amount": 2000,
            "currency": "usd",
            "customer": customer.id,
            "payment_method_types": ["us_bank_account"],
            "payment_method_options": {
                "us_bank_account": {
                    "financial_connections": {
                        "permissions": ["balances", "payment_method"],
                        "prefetch": ["balances"],
                    }
                }
            },
        }
    )
    sandbox.post(f"payment_intents/{payment.id}/link")
    payment = client.v1.payment_intents.retrieve(payment.id, {"expand": ["payment_method"]})
    account = payment.payment_method.us_bank_account.financial_connections_account
    assert client.v1.financial_connections.accounts.retrieve(account).balance_refresh
    mandate = {"customer_acceptance": {"type": "offline"}}
    payment = client.v1.payment_intents.confirm(payment.id, {"mandate_data": mandate})
    assert payment.status == "processing"
    sandbox.post("clock/advance", seconds=4 * 86_400)
    assert client.v1.payment_intents.retrieve(payment.id).status == "succeeded"

    setup = client.v1.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method_data": {
                "type": "us_bank_account",
                "us_bank_account": {"financial_connections_account": account},
            },
            "mandate_data": mandate,
            "confirm": True,
        }
    )
    assert setup.status == "succeeded"
    methods = client.v1.customers.payment_methods.list(customer.id)
    assert [method.id for method in methods] == [setup.payment_method]


def errors(client, sandbox):
    """The SDK knows the errors for what they are, and makes up for what can be made up for."""
    customers = client.v1.customers
    expect(stripe.InvalidRequestError, "resource_missing", lambda: customers.retrieve("cus_0"))
    expect(
        stripe.InvalidRequestError,
        "parameter_unknown",
        lambda: customers.create({"shoe_size": 43}),
    )
    other = stripe.StripeClient("sk_test_other", base_addresses={"api": sandbox.url})
    expect(stripe.AuthenticationError, None, lambda: other.v1.customers.list())
    options = {"idempotency_key": "key"}
    first = customers.create({"name": "A"}, options)
    assert customers.create({"name": "A"}, options).id == first.id
    expect(stripe.IdempotencyError, None, lambda: customers.create({"name": "B"}, options))

    before = len(list(customers.list({"limit": 100}).auto_paging_iter()))
    sandbox.post("faults", drop="true", after="true", times=1)
    customers.create({"name": "C"})
    after = len(list(customers.list({"limit": 100}).auto_paging_iter()))
    assert after == before + 1, "an answer was lost, and the retry did not repeat the request"


def main():
    sandbox = Sandbox(sys.argv[1:])
    webhook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=webhook.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{webhook.server_port}/"
        sandbox.post("webhook", url=url, secret=SECRET)
        client = stripe.StripeClient(
            sandbox.key, base_addresses={"api": sandbox.url}, max_network_retries=2
        )
        account = accounts(client, sandbox)
        data(client, sandbox, account)
        gone = client.v1.financial_connections.accounts.disconnect(account.id)
        assert gone.status == "disconnected" and gone.balance is None
        payments(client, sandbox)
        errors(client, sandbox)

        seen = []
        while "financial_connections.account.disconnected" not in seen:
            event = Webhook.events.get(timeout=10)
            if event.data.object["id"] == account.id:
                seen.append(event.type)
        assert seen[0] == "financial_connections.account.created", seen
        assert seen.count("financial_connections.account.refreshed_transactions") == 3, seen
        print(f"stripe {stripe.VERSION}, {stripe.api_version}: all is well")
    finally:
        sandbox.process.terminate()
        webhook.shutdown()


main()
