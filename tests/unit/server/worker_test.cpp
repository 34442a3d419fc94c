#include "llm_proxy/server/worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/worker_requests.hpp"

namespace llm_proxy::server {
namespace worker_test {

using test::alive;
using test::content_of;
using test::key_line;
using test::message_of;
using test::mocking;
using test::post;
using test::question;
using test::raw_client;
using test::running_worker;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(worker_test, answers_one_request_after_another_on_one_connection) {
    const running_worker server(mocking);
    raw_client client(server.port());
    for (int i = 0; i < 3; ++i) {
        const auto answer = client.ask(post(question));
        ASSERT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(content_of(answer), "Hello");
        EXPECT_EQ(answer.header("x-litellm-model-group"), "m");
        EXPECT_EQ(answer.header("connection"), "");
    }
    EXPECT_EQ(client.ask(alive).body, "\"I'm alive!\"");
}

TEST(worker_test, answers_pipelined_requests_in_their_order) {
    const running_worker server(mocking);
    raw_client client(server.port());
    client.send(post(question, "x-litellm-call-id: one\r\n") +
                "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" +
                post(question, "x-litellm-call-id: three\r\n"));
    const auto first = client.receive();
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.header("x-litellm-call-id"), "one");
    EXPECT_EQ(client.receive().status, 404);
    const auto third = client.receive();
    EXPECT_EQ(third.status, 200);
    EXPECT_EQ(third.header("x-litellm-call-id"), "three");
}

TEST(worker_test, takes_a_request_byte_by_byte) {
    const running_worker server(mocking);
    raw_client client(server.port());
    for (const char c : post(question)) {
        client.send(std::string_view(&c, 1));
    }
    EXPECT_EQ(content_of(client.receive()), "Hello");
}

TEST(worker_test, streams_events_in_chunks) {
    const running_worker server(mocking);
    raw_client client(server.port());
    const auto answer = client.ask(post(R"({"model":"m","messages":[],"stream":true})"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("transfer-encoding"), "chunked");
    EXPECT_EQ(answer.header("content-type"), "text/event-stream; charset=utf-8");
    EXPECT_THAT(answer.body, StartsWith("data: {"));
    EXPECT_THAT(answer.body, HasSubstr(R"("content":"Hel")"));
    EXPECT_TRUE(answer.body.ends_with("data: [DONE]\n\n"));
    EXPECT_EQ(client.ask(alive).status, 200);
}

TEST(worker_test, takes_a_chunked_body_and_leaves_the_next_request_alone) {
    const running_worker server(mocking);
    raw_client client(server.port());
    const std::string head = "POST /chat/completions HTTP/1.1\r\nHost: a\r\n" +
                             std::string(key_line) + "Transfer-Encoding: chunked\r\n\r\n";
    client.send(head +
                "9;x=y\r\n{\"model\":\r\n12\r\n\"m\",\"messages\":[]}\r\n0\r\nTrailer: t\r\n\r\n" +
                std::string(alive));
    EXPECT_EQ(content_of(client.receive()), "Hello");
    EXPECT_EQ(client.receive().body, "\"I'm alive!\"");
}

TEST(worker_test, a_broken_chunk_is_refused_and_ends_the_connection) {
    const running_worker server(mocking);
    raw_client client(server.port());
    const auto answer =
        client.ask("POST /chat/completions HTTP/1.1\r\nHost: a\r\n" + std::string(key_line) +
                   "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + std::string(alive));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(client.is_closed());
}

TEST(worker_test, asks_for_a_body_that_waits_to_be_asked_for) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const running_worker server(mocking);
    raw_client client(server.port());
    std::string request = post(question, "Expect: 100-continue\r\n");
    const std::size_t head_size = request.size() - question.size();
    client.send(request.substr(0, head_size));
    EXPECT_EQ(client.receive_bytes(go_on.size()), go_on);
    EXPECT_EQ(content_of(client.ask(question)), "Hello");
}

TEST(worker_test, a_refused_request_is_not_asked_for_its_body) {
    const running_worker server(mocking);
    raw_client client(server.port());
    const auto answer = client.ask("POST /chat/completions HTTP/1.1\r\nHost: a\r\n"
                                   "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(answer.status, 401);
    EXPECT_TRUE(client.is_closed()); // else the body would pass for a request
}

TEST(worker_test, refuses_a_body_that_is_too_large) {
    const running_worker server(mocking);
    raw_client announced(server.port());
    const auto answer = announced.ask("POST /chat/completions HTTP/1.1\r\nHost: a\r\n" +
                                      std::string(key_line) + "Content-Length: 1048577\r\n\r\n");
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(message_of(answer), "Request size is too large. Max size is 1 MB");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(announced.is_closed());

    raw_client chunked(server.port());
    std::string request = "POST /chat/completions HTTP/1.1\r\nHost: a\r\n" + std::string(key_line) +
                          "Transfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 18; ++i) {
        request += "10000\r\n" + std::string(65536, ' ') + "\r\n";
    }
    EXPECT_EQ(chunked.ask(request).status, 413);
    chunked.close();

    raw_client fits(server.port());
    std::string large(question);
    large.insert(1, 1048576 - large.size(), ' ');
    EXPECT_EQ(content_of(fits.ask(post(large))), "Hello");
}

TEST(worker_test, refuses_a_head_that_is_too_large) {
    worker_options options;
    options.max_head_bytes = 4096;
    const running_worker server(mocking, options);
    raw_client client(server.port());
    const auto answer = client.ask(
        "GET /health/liveliness HTTP/1.1\r\nHost: a\r\nX: " + std::string(5000, 'x') + "\r\n\r\n");
    EXPECT_EQ(answer.status, 431);
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(client.is_closed());

    raw_client endless(server.port());
    EXPECT_EQ(endless.ask("GET /" + std::string(5000, 'x')).status, 431);
    EXPECT_TRUE(endless.is_closed());

    raw_client fits(server.port());
    EXPECT_EQ(fits.ask("GET /health/liveliness HTTP/1.1\r\nHost: a\r\nX: " +
                       std::string(4000, 'x') + "\r\n\r\n")
                  .status,
              200);
}

TEST(worker_test, what_could_hide_a_request_is_refused_and_ends_the_connection) {
    const running_worker server(mocking);
    const std::string line = "POST /chat/completions HTTP/1.1\r\nHost: a\r\n";
    for (const std::string& head : {
             line + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
             line + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
             line + "Content-Length: +5\r\n\r\n",
             line + "Transfer-Encoding: chunked, identity\r\n\r\n",
             line + "Transfer-Encoding: gzip, chunked\r\n\r\n",
             line + "X: a\r\n b\r\n\r\n",
             line + "X : a\r\n\r\n",
             line + "X: a\nContent-Length: 5\r\n\r\n",
             line + "Host: b\r\n\r\n",
             std::string("POST /chat/completions HTTP/1.1\r\n\r\n"),
             std::string("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
             std::string("PRI * HTTP/2.0\r\n\r\n"),
             std::string("\x16\x03\x01 hello\r\n\r\n"),
         }) {
        raw_client client(server.port());
        const auto answer = client.ask(head + std::string(alive));
        EXPECT_EQ(answer.status, 400) << head;
        EXPECT_EQ(answer.header("connection"), "close") << head;
        EXPECT_THAT(answer.body, Not(HasSubstr("alive"))) << head;
        EXPECT_TRUE(client.is_closed()) << head;
    }
}

TEST(worker_test, refuses_who_shows_no_key_before_reading_the_body) {
    const running_worker server(mocking);
    raw_client client(server.port());
    const auto answer = client.ask("POST /chat/completions HTTP/1.1\r\nHost: a\r\n"
                                   "Content-Length: 1000\r\n\r\n");
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(message_of(answer), "Authentication Error, No api key passed in.");
    raw_client wrong(server.port());
    EXPECT_EQ(wrong.ask("GET /models HTTP/1.1\r\nHost: a\r\nx-api-key: sk-wrong\r\n\r\n").status,
              401);
    EXPECT_EQ(wrong.ask(alive).status, 200);
}

TEST(worker_test, tells_unknown_paths_and_methods) {
    const running_worker server(mocking);
    raw_client client(server.port());
    EXPECT_EQ(client.ask("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n").status, 404);
    const auto wrong = client.ask("GET /v1/chat/completions HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.header("allow"), "POST");
    const auto moved = client.ask("GET /models/ HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(moved.status, 307);
    EXPECT_EQ(moved.header("location"), "/models");
    client.send("HEAD /health/liveliness HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.receive(true).status, 405);
    EXPECT_EQ(client.ask(alive).status, 200);
}

TEST(worker_test, the_old_http_ends_the_connection_unless_asked) {
    const running_worker server(mocking);
    raw_client client(server.port());
    const auto kept =
        client.ask("GET /health/liveliness HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.header("connection"), "keep-alive");
    const auto last = client.ask("GET /health/liveliness HTTP/1.0\r\n\r\n");
    EXPECT_EQ(last.status, 200);
    EXPECT_TRUE(client.is_closed());

    raw_client asking(server.port());
    EXPECT_EQ(asking.ask("GET /health/liveliness HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                  .header("connection"),
              "close");
    EXPECT_TRUE(asking.is_closed());
}

TEST(worker_test, answers_a_browsers_preflight_and_marks_its_answers) {
    const running_worker server(mocking);
    raw_client client(server.port());
    const auto preflight =
        client.ask("OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: a\r\nOrigin: https://p.test\r\n"
                   "Access-Control-Request-Method: POST\r\n"
                   "Access-Control-Request-Headers: authorization\r\n\r\n");
    EXPECT_EQ(preflight.status, 200);
    EXPECT_EQ(preflight.body, "OK");
    EXPECT_EQ(preflight.header("access-control-allow-origin"), "*");
    EXPECT_EQ(preflight.header("access-control-allow-headers"), "authorization");
    const auto refused =
        client.ask("GET /models HTTP/1.1\r\nHost: a\r\nOrigin: https://p.test\r\n\r\n");
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.header("access-control-allow-origin"), "*");
    EXPECT_EQ(client.ask(alive).header("access-control-allow-origin"), "");
}

TEST(worker_test, closes_connections_that_wait_too_long) {
    worker_options options;
    options.idle_time = std::chrono::seconds(0);
    const running_worker impatient(mocking, options);
    EXPECT_TRUE(raw_client(impatient.port()).is_closed());

    worker_options slow;
    slow.head_time = std::chrono::seconds(0);
    const running_worker server(mocking, slow);
    raw_client client(server.port());
    client.send("GET / HTT");
    EXPECT_TRUE(client.is_closed());
}

TEST(worker_test, closes_connections_beyond_its_bound) {
    worker_options options;
    options.max_connections = 1;
    const running_worker server(mocking, options);
    raw_client first(server.port());
    EXPECT_EQ(first.ask(alive).status, 200);
    EXPECT_TRUE(raw_client(server.port()).is_closed());
    EXPECT_EQ(first.ask(alive).status, 200);
}

TEST(worker_test, a_new_configuration_serves_from_the_next_request_on) {
    running_worker server(mocking);
    raw_client client(server.port());
    EXPECT_EQ(content_of(client.ask(post(question))), "Hello");
    server->use(test::make_snapshot(R"(
model_list:
  - {model_name: m, litellm_params: {model: openai/x, api_key: k, mock_response: "Changed"}}
)"));
    EXPECT_EQ(content_of(client.ask(post(question))), "Changed");
}

} // namespace worker_test
} // namespace llm_proxy::server
