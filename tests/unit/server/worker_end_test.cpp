#include <gtest/gtest.h>

#include "server/worker_requests.hpp"
#include "support/scripted_server.hpp"
#include <latch>

namespace llm_proxy::server {
namespace worker_end_test {

using test::alive;
using test::content_of;
using test::mocking;
using test::post;
using test::question;
using test::raw_client;
using test::running_worker;

TEST(worker_end_test, draining_closes_idle_connections_and_ends) {
    running_worker server(mocking);
    raw_client idle(server.port());
    EXPECT_EQ(idle.ask(alive).status, 200);
    raw_client untouched(server.port());
    server->drain();
    EXPECT_TRUE(idle.is_closed());
    EXPECT_TRUE(server.ends());
    EXPECT_EQ(server->load().connections, 0U);
    EXPECT_FALSE(raw_client(server.port()).connected());
}

TEST(worker_end_test, draining_without_any_connection_ends) {
    running_worker server(mocking);
    server->drain();
    EXPECT_TRUE(server.ends());
}

/// An upstream that answers when it is told to.
class running_call_test : public testing::Test {
protected:
    std::string configuration() const {
        return "model_list:\n  - {model_name: m, litellm_params: {model: openai/x, api_key: k, "
               "api_base: \"http://127.0.0.1:" +
               std::to_string(upstream.port()) + "/v1\"}}\n";
    }

    std::latch asked{1};
    std::latch answer_now{1};
    test::scripted_server upstream{[this](test::scripted_server::peer& link) {
        link.read_request();
        asked.count_down();
        answer_now.wait();
        const std::string body = R"({"model":"x","choices":[{"message":{"content":"Late"}}]})";
        link.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body);
        link.wait_for_close();
    }};
};

TEST_F(running_call_test, draining_lets_a_running_request_end) {
    running_worker server(configuration());
    raw_client client(server.port());
    client.send(post(question));
    asked.wait();
    EXPECT_EQ(server->load().requests, 1U);
    server->drain();
    answer_now.count_down();
    EXPECT_EQ(content_of(client.receive()), "Late");
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(server.ends());
}

TEST_F(running_call_test, draining_answers_what_was_sent_before_and_then_closes) {
    running_worker server(configuration());
    raw_client client(server.port());
    client.send(post(question) + std::string(alive));
    asked.wait();
    server->drain();
    answer_now.count_down();
    EXPECT_EQ(content_of(client.receive()), "Late");
    const auto last = client.receive();
    EXPECT_EQ(last.status, 200);
    EXPECT_EQ(last.header("connection"), "close");
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(server.ends());
}

TEST_F(running_call_test, aborting_ends_a_running_request) {
    running_worker server(configuration());
    raw_client client(server.port());
    client.send(post(question));
    asked.wait();
    server->drain();
    server->abort();
    EXPECT_TRUE(server.ends());
    EXPECT_TRUE(client.is_closed());
    answer_now.count_down();
}

TEST_F(running_call_test, a_client_that_leaves_ends_the_call_upstream) {
    answer_now.count_down();
    test::scripted_server silent([&](test::scripted_server::peer& link) {
        link.read_request();
        asked.count_down();
        link.wait_for_close();
    });
    running_worker server("model_list:\n  - {model_name: m, litellm_params: {model: openai/x, "
                          "api_key: k, api_base: \"http://127.0.0.1:" +
                          std::to_string(silent.port()) + "/v1\"}}\n");
    {
        raw_client client(server.port());
        client.send(post(question));
        asked.wait();
    }
    EXPECT_TRUE(silent.wait_for_ends(1));
}

TEST_F(running_call_test, a_pipelined_request_waits_for_the_one_before) {
    running_worker server(configuration());
    raw_client client(server.port());
    client.send(post(question) + std::string(alive));
    asked.wait();
    answer_now.count_down();
    EXPECT_EQ(content_of(client.receive()), "Late");
    EXPECT_EQ(client.receive().body, "\"I'm alive!\"");
}

} // namespace worker_end_test
} // namespace llm_proxy::server
