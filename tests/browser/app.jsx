// A page as an application with React has it: <Elements> around, useStripe() within.
import { Elements, useStripe } from "@stripe/react-stripe-js";
import { loadStripe } from "@stripe/stripe-js";
import { useState } from "react";
import { createRoot } from "react-dom/client";

const { publishableKey, clientSecret } = document.body.dataset;
const stripe = loadStripe(publishableKey);

function Link() {
  const stripe = useStripe();
  const [result, setResult] = useState(null);
  const link = async () => setResult(await stripe.collectFinancialConnectionsAccounts({ clientSecret }));
  return (
    <>
      <button id="go" disabled={!stripe} onClick={link}>
        Link your bank account
      </button>
      {result && <pre id="result">{JSON.stringify(result)}</pre>}
    </>
  );
}

createRoot(document.getElementById("root")).render(
  <Elements stripe={stripe} options={{ mode: "setup", currency: "usd" }}>
    <Link />
  </Elements>,
);
