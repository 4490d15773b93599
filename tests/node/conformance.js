// Stripe's Node SDK against the sandbox: `node conformance.js PROGRAM`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Stripe from 'stripe';

const DAY = 86_400;

/** Starts the program; its URL and keys. */
async function start(program) {
  const process = spawn(program, ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = {};
  for await (const line of createInterface({ input: process.stdout })) {
    const [name, value] = line.trim().split(/ {2,}/);
    said[name] = value;
    if (said['Publishable key']) break;
  }
  return { process, url: said['Base URL'], key: said['Secret key'] };
}

const sandbox = await start(process.argv[2]);
const { hostname, port } = new URL(sandbox.url);
const stripe = new Stripe(sandbox.key, { host: hostname, port, protocol: 'http' });

/** What the sandbox has beside Stripe's API. */
async function control(path, form = {}) {
  const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

const pass = (seconds) => control('clock/advance', { seconds });

async function refused(promise, expected) {
  const error = await promise.then(
    () => assert.fail('it was not refused'),
    (error) => error,
  );
  for (const [name, value] of Object.entries(expected)) {
    assert.equal(error[name], value, `${name} of ${error.message}`);
  }
}

/** A customer that pays by a linked account. */
async function payer() {
  const customer = await stripe.customers.create({ name: 'Robin', email: 'robin@example.com' });
  const setup = await stripe.setupIntents.create({
    customer: customer.id,
    payment_method_types: ['us_bank_account'],
  });
  await control(`setup_intents/${setup.id}/link`, { institution: 'test', 'accounts[]': 'Success' });
  const done = await stripe.setupIntents.confirm(setup.id, {
    mandate_data: { customer_acceptance: { type: 'offline' } },
  });
  assert.equal(done.status, 'succeeded');
  await stripe.customers.update(customer.id, {
    invoice_settings: { default_payment_method: done.payment_method },
  });
  return customer;
}

const tests = {
  async financialConnections() {
    const customer = await stripe.customers.create({ name: 'Robin' });
    const session = await stripe.financialConnections.sessions.create({
      account_holder: { type: 'customer', customer: customer.id },
      permissions: ['balances', 'ownership', 'transactions', 'payment_method'],
      prefetch: ['balances'],
    });
    assert.match(session.client_secret, /^fcsess_client_secret_[A-Za-z0-9]{24}$/);
    await control(`sessions/${session.id}/link`);
    await pass(1);
    const accounts = [];
    for await (const account of stripe.financialConnections.accounts.list({ limit: 2 })) {
      accounts.push(account);
    }
    assert.equal(accounts.length, 3);
    assert.ok(accounts.every((account) => account.balance));
    const [{ id }] = accounts;
    await stripe.financialConnections.accounts.refresh(id, { features: ['transactions'] });
    await pass(1);
    const transactions = await stripe.financialConnections.transactions.list({ account: id });
    assert.equal(transactions.data.length, 10);
    await refused(
      stripe.financialConnections.accounts.list({
        session: session.id,
        account_holder: { customer: customer.id },
      }),
      { type: 'StripeInvalidRequestError', code: 'parameters_exclusive' },
    );
    const gone = await stripe.financialConnections.accounts.disconnect(id);
    assert.equal(gone.status, 'disconnected');
    await refused(
      stripe.financialConnections.accounts.refresh(id, { features: ['balance'] }),
      { code: 'financial_connections_account_inactive', param: 'features' },
    );
    await refused(stripe.financialConnections.accounts.retrieve('fca_0'), {
      statusCode: 404,
      code: 'resource_missing',
    });
  },

  async invoices() {
    const customer = await payer();
    const draft = await stripe.invoices.create({ customer: customer.id });
    await stripe.invoiceItems.create({
      customer: customer.id,
      invoice: draft.id,
      amount: 4200,
      currency: 'usd',
    });
    const open = await stripe.invoices.finalizeInvoice(draft.id, {
      expand: ['confirmation_secret'],
    });
    assert.equal(open.status, 'open');
    assert.ok(open.confirmation_secret.client_secret);
    await stripe.invoices.pay(draft.id);
    await pass(4 * DAY);
    const paid = await stripe.invoices.retrieve(draft.id);
    assert.deepEqual([paid.status, paid.amount_paid], ['paid', 4200]);
    await refused(stripe.invoices.update(draft.id, { footer: 'Late' }), {
      code: 'invoice_not_editable',
    });
    const other = await stripe.invoices.create({
      customer: customer.id,
      collection_method: 'send_invoice',
      days_until_due: 14,
    });
    await stripe.invoiceItems.create({ customer: customer.id, invoice: other.id, amount: 100 });
    await stripe.invoices.sendInvoice(other.id);
    assert.equal((await stripe.invoices.voidInvoice(other.id)).status, 'void');
  },

  async subscriptions() {
    const customer = await payer();
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 900,
      recurring: { interval: 'month' },
      product_data: { name: 'Seat' },
    });
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id, quantity: 2 }],
      expand: ['latest_invoice.payments'],
    });
    assert.equal(subscription.status, 'active');
    assert.equal(subscription.latest_invoice.payments.data[0].amount_requested, 1800);
    await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    const canceled = await stripe.subscriptions.cancel(subscription.id);
    assert.equal(canceled.status, 'canceled');
    assert.equal((await stripe.subscriptions.list({ customer: customer.id })).data.length, 0);
  },

  async checkout() {
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'https://example.com/done',
      payment_method_types: ['us_bank_account'],
      payment_method_options: {
        us_bank_account: { financial_connections: { permissions: ['payment_method'] } },
      },
      line_items: [
        {
          quantity: 2,
          price_data: { currency: 'usd', unit_amount: 700, product_data: { name: 'Book' } },
        },
      ],
    });
    assert.equal(session.status, 'open');
    await control(`checkout/sessions/${session.id}/complete`, {
      institution: 'test',
      'accounts[]': 'Success',
    });
    await pass(4 * DAY);
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['line_items', 'payment_intent.payment_method'],
    });
    assert.deepEqual([done.status, done.payment_status], ['complete', 'paid']);
    assert.equal(done.line_items.data[0].amount_total, 1400);
    assert.match(
      done.payment_intent.payment_method.us_bank_account.financial_connections_account,
      /^fca_/,
    );
    await refused(stripe.checkout.sessions.expire(session.id), { statusCode: 400 });
  },

  async platforms() {
    const account = { stripeAccount: 'acct_node1' };
    const customer = await stripe.customers.create({ name: 'Sam' }, account);
    await refused(stripe.customers.retrieve(customer.id), { code: 'resource_missing' });
    assert.equal((await stripe.customers.retrieve(customer.id, {}, account)).name, 'Sam');
    const token = await stripe.tokens.create({
      bank_account: {
        country: 'US',
        currency: 'usd',
        routing_number: '110000000',
        account_number: '000123456789',
      },
    });
    const bank = await stripe.accounts.createExternalAccount('acct_node1', {
      external_account: token.id,
    });
    assert.equal(bank.default_for_currency, true);
    const list = await stripe.accounts.listExternalAccounts('acct_node1');
    assert.deepEqual(list.data.map(({ id }) => id), [bank.id]);
    const gone = await stripe.accounts.deleteExternalAccount('acct_node1', bank.id);
    assert.equal(gone.deleted, true);
  },

  async events() {
    const received = [];
    const server = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray());
      const signature = request.headers['stripe-signature'];
      received.push(stripe.webhooks.constructEvent(body, signature, endpoint.secret));
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = await stripe.webhookEndpoints.create({
      url: `http://127.0.0.1:${server.address().port}/`,
      enabled_events: ['customer.created', 'customer.deleted'],
    });
    const customer = await stripe.customers.create({ name: 'Robin' });
    await stripe.customers.update(customer.id, { name: 'Sam' });
    await stripe.customers.del(customer.id);
    for (let tries = 0; received.length < 2 && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.deepEqual(
      received.map(({ type }) => type),
      ['customer.created', 'customer.deleted'],
    );
    const event = await stripe.events.retrieve(received[0].id);
    assert.equal(event.data.object.id, customer.id);
    const list = await stripe.events.list({ type: 'customer.deleted', limit: 1 });
    assert.equal(list.data[0].id, received[1].id);
    await stripe.webhookEndpoints.del(endpoint.id);
    server.close();
  },
};

try {
  for (const [name, test] of Object.entries(tests)) {
    await test();
    console.log(`${name}: as it should be`);
  }
  console.log(`stripe ${Stripe.PACKAGE_VERSION}, ${Stripe.API_VERSION}: all is well`);
} finally {
  sandbox.process.kill();
}
