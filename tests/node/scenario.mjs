// The OpenAI Node SDK against the gateway: `node scenario.mjs BASE_URL KEY`; exits 0 when all holds.
import assert from "node:assert/strict";
import OpenAI, { toFile } from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: "user", content: "Say hello in 5 words" }];
const weather = { type: "function", function: { name: "get_weather", parameters: { type: "object", properties: {} } } };

const scenario = {
  async models() {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.ok(ids.includes("chat") && ids.includes("vendor/chat-2.5"));
  },
  async chat() {
    const answer = await client.chat.completions.create({ model: "chat", messages });
    assert.equal(answer.choices[0].message.content, "Hello from upstream.");
    assert.equal(answer.model, "chat");
    assert.equal(answer.usage.total_tokens, 18);
  },
  async stream() {
    const options = { include_usage: true };
    const stream = await client.chat.completions.create({ model: "chat", messages, stream: true, stream_options: options });
    let text = "";
    let usage = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? "";
      usage = chunk.usage ?? usage;
    }
    assert.equal(text, "Hello there");
    assert.equal(usage.total_tokens, 18);
  },
  async streamOfTools() {
    const stream = client.chat.completions.stream({ model: "chat", messages, tools: [weather] });
    const message = await stream.finalMessage();
    const calls = message.tool_calls.map((call) => [call.function.name, call.function.arguments]);
    assert.deepEqual(calls, [["get_weather", '{"city":"Taipei"}'], ["get_time", '{"tz":"UTC"}']]);
  },
  async response() {
    const answer = await client.responses.create({ model: "local", input: "Say hello in 5 words" });
    assert.equal(answer.output_text, "Hello from upstream.");
  },
  async streamOfAResponse() {
    const answer = await client.responses.stream({ model: "local", input: "Say hello" }).finalResponse();
    assert.equal(answer.output_text, "Hello there");
    assert.equal(answer.usage.total_tokens, 18);
  },
  async leavingAStream() {
    const stream = await client.chat.completions.create({ model: "chat", messages, stream: true });
    for await (const chunk of stream) {
      assert.equal(chunk.object, "chat.completion.chunk");
      break;
    }
  },
  async embeddings() {
    const answer = await client.embeddings.create({ model: "embed", input: ["a", "b"] });
    assert.deepEqual(answer.data.map((item) => item.embedding), [[0.25, -0.5, 1], [0.25, -0.5, 1]]);
  },
  async completions() {
    const answer = await client.completions.create({ model: "instruct", prompt: "Once" });
    assert.equal(answer.choices[0].text, "Once upon");
  },
  async images() {
    const answer = await client.images.generate({ model: "paint", prompt: "a cat" });
    assert.equal(answer.data[0].b64_json, "aGVsbG8=");
  },
  async speech() {
    const answer = await client.audio.speech.create({ model: "speak", voice: "alloy", input: "hello" });
    assert.equal((await answer.arrayBuffer()).byteLength, 10240);
  },
  async transcription() {
    const file = await toFile(Buffer.from("RIFF"), "clip.wav", { type: "audio/wav" });
    const answer = await client.audio.transcriptions.create({ model: "listen", file });
    assert.equal(answer.text, "spoken words");
  },
  async moderation() {
    const answer = await client.moderations.create({ model: "guard", input: "bad words" });
    assert.equal(answer.results[0].flagged, true);
  },
  async unknownModel() {
    await assert.rejects(client.chat.completions.create({ model: "nope", messages }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.match(error.message, /Invalid model name passed in model=nope/);
      return true;
    });
  },
  async noKey() {
    const stranger = client.withOptions({ defaultHeaders: { Authorization: "Bearer" } });
    await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
  },
};

for (const [name, run] of Object.entries(scenario)) {
  await run();
  console.log(`ok ${name}`);
}
