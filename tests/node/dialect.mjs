// A chat and a stream through the OpenAI Node SDK: `node dialect.mjs BASE_URL KEY MODEL`.
import assert from "node:assert/strict";
import OpenAI from "openai";

const [baseURL, apiKey, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: "user", content: "Say hello" }];

const answer = await client.chat.completions.create({ model, messages });
assert.equal(answer.choices[0].message.content, "Hello");
assert.equal(answer.usage.total_tokens, 6);

const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
const whole = await stream.finalChatCompletion();
assert.equal(whole.choices[0].message.content, "Hello");
assert.equal(whole.choices[0].finish_reason, "stop");
assert.equal(whole.usage.total_tokens, 6);
