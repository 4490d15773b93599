"""Records what Stripe's official Python SDK sends, for the calls of each slice.

    python record.py

needs the packages of ../python/requirements.txt, and writes SLICE/recorded.json: of each call the
method, the path, and the pairs of its query or form. Nothing leaves the machine.
"""

import http.server
import json
import pathlib
import threading
import urllib.parse

import stripe


def issuing(v1):
    v1.issuing.cardholders.create(
        {
            "billing": {
                "address": {
                    "city": "San Francisco",
                    "country": "US",
                    "line1": "123 Main Street",
                    "postal_code": "94111",
                }
            },
            "name": "Jenny Rosen",
            "email": "jenny@example.com",
            "spending_controls": {
                "spending_limits": [
                    {"amount": 50000, "interval": "per_authorization"},
                    {"amount": 100000, "interval": "monthly", "categories": ["bakeries"]},
                ]
            },
        }
    )
    v1.issuing.cards.list({"limit": 3, "status": "active", "created": {"gte": 1700000000}})
    v1.issuing.disputes.update(
        "idp/1",
        {
            "evidence": {"reason": "fraudulent", "fraudulent": {"explanation": "Not me & not ours"}},
            "metadata": {"case": "7", "old": ""},
        },
    )


def terminal(v1):
    v1.terminal.readers.create(
        {"registration_code": "puppies-plug-could", "label": "Blue Rabbit", "location": "tml_1"}
    )
    v1.terminal.readers.set_reader_display(
        "tmr_1",
        {
            "type": "cart",
            "cart": {
                "currency": "usd",
                "line_items": [
                    {"amount": 5100, "description": "Red t-shirt", "quantity": 1},
                    {"amount": 900, "description": "Socks, 2 pairs", "quantity": 2},
                ],
                "total": 6000,
                "tax": 0,
            },
        },
    )
    v1.terminal.locations.delete("tml_1")


def treasury(v1):
    v1.treasury.financial_accounts.create(
        {
            "supported_currencies": ["usd"],
            "features": {
                "card_issuing": {"requested": True},
                "inbound_transfers": {"ach": {"requested": False}},
            },
        }
    )
    v1.treasury.outbound_transfers.create(
        {
            "amount": 500,
            "currency": "usd",
            "financial_account": "fa_1",
            "destination_payment_method_options": {"us_bank_account": {"network": "ach"}},
            "statement_descriptor": "transfer",
        }
    )
    v1.treasury.transactions.list(
        {
            "financial_account": "fa_1",
            "status": "posted",
            "status_transitions": {"posted_at": {"lt": 1700000000}},
            "order_by": "posted_at",
        }
    )


def billing(v1):
    v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 1000,
            "recurring": {"interval": "month", "interval_count": 3},
            "product_data": {"name": "Gold Plan"},
            "expand": ["product"],
        }
    )
    v1.products.search({"query": "active:'true' AND metadata['tier']:'gold'"})
    v1.subscriptions.update(
        "sub_1",
        {
            "items": [
                {"id": "si_1", "deleted": True},
                {"price": "price_2", "quantity": 4},
            ],
            "proration_behavior": "always_invoice",
            "trial_end": "now",
        },
    )


def connect(v1):
    v1.accounts.create(
        {
            "controller": {
                "fees": {"payer": "application"},
                "stripe_dashboard": {"type": "express"},
            },
            "country": "US",
            "capabilities": {"transfers": {"requested": True}},
            "business_profile": {"url": "https://example.com/?a=b&c=d"},
        }
    )
    v1.account_links.create(
        {
            "account": "acct_1",
            "type": "account_onboarding",
            "refresh_url": "https://example.com/again",
            "return_url": "https://example.com/done",
        }
    )
    v1.accounts.persons.list("acct_1", {"relationship": {"owner": True}, "limit": 10})


class Recorder(http.server.BaseHTTPRequestHandler):
    """Answers every call with an object that says nothing."""

    calls = []

    def record(self):
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        pairs += urllib.parse.parse_qsl(body, keep_blank_values=True)
        self.calls.append({"method": self.command, "path": path, "pairs": pairs})
        answer = b'{"object": "list", "data": [], "has_more": false, "url": "/"}'
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_DELETE = record

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    client = stripe.StripeClient("sk_test_123", base_addresses={"api": url})
    for calls in (billing, connect, issuing, terminal, treasury):
        Recorder.calls.clear()
        calls(client.v1)
        recorded = {"sdk": f"stripe-python {stripe.VERSION}", "calls": Recorder.calls}
        folder = pathlib.Path(__file__).with_name(calls.__name__)
        text = json.dumps(recorded, indent=2) + "\n"
        (folder / "recorded.json").write_text(text)
        print(f"{calls.__name__}: {len(Recorder.calls)} calls")
    server.shutdown()


main()
