#include "llm_proxy/login/copilot_service.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/temporary_folder.hpp"
#include "login/login_test_support.hpp"
#include "support/scripted_server.hpp"
#include <future>
#include <thread>

namespace llm_proxy::login {
namespace copilot_service_test {

using test::exchange_body;
using test::scripted_server;
using testing::HasSubstr;

std::string answer(const std::string& body, const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

/// A token for as long as the tests run.
std::string token_body(const std::string& token) {
    return R"({"token":")" + token + R"(","expires_at":9000000000})";
}

/// The service on a thread of its own, as in the daemon.
class running_service {
public:
    running_service(std::uint16_t port, const test::temporary_folder& folder)
        : work_(context_.get_executor()),
          upstreams_(upstream::make_shared_services(
              [](std::string_view) { return std::optional<std::string>(""); })),
          service_(std::make_unique<copilot_service>(
              context_.get_executor(), *upstreams_,
              test::settings_at("http://127.0.0.1:" + std::to_string(port), folder.path("")))),
          thread_([this] { context_.run(); }) {}
    ~running_service() {
        post([this] { service_->stop(); });
        work_.reset();
        thread_.join();
        service_.reset();
    }
    running_service(const running_service&) = delete;
    running_service& operator=(const running_service&) = delete;

    copilot_service* operator->() { return service_.get(); }
    void post(std::function<void()> what) { boost::asio::post(context_, std::move(what)); }

    std::future<result<grant>> acquire(std::uint64_t refused = 0) {
        auto promised = std::make_shared<std::promise<result<grant>>>();
        service_->acquire(refused,
                          [promised](result<grant> got) { promised->set_value(std::move(got)); });
        return promised->get_future();
    }
    /// Waits until the status is of that kind, ten seconds at most.
    login_status wait_for(login_state wanted) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (service_->status().state != wanted && std::chrono::steady_clock::now() < end) {
            std::this_thread::yield();
        }
        return service_->status();
    }

private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<net::executor> work_;
    std::unique_ptr<upstream::shared_services> upstreams_;
    std::unique_ptr<copilot_service> service_;
    std::thread thread_;
};

TEST(copilot_service_test, two_hundred_calls_from_many_threads_are_one_exchange) {
    const test::temporary_folder folder;
    folder.write("access-token", "gho_x");
    std::promise<void> all_wait;
    std::atomic<int> exchanges = 0;
    std::string asked;
    const scripted_server github([&](scripted_server::peer& client) {
        for (std::string got = client.read_request(); !got.empty(); got = client.read_request()) {
            asked = got;
            ++exchanges;
            all_wait.get_future().wait();
            client.send(answer(token_body("t1")));
        }
    });
    running_service service(github.port(), folder);
    service.post([&] { service->use(true); });
    std::vector<std::future<result<grant>>> calls(200);
    std::vector<std::thread> threads;
    for (std::size_t part = 0; part < 4; ++part) {
        threads.emplace_back([&, part] {
            for (std::size_t i = part; i < calls.size(); i += 4) {
                calls[i] = service.acquire();
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    all_wait.set_value();
    for (auto& call : calls) {
        EXPECT_EQ(call.get()->access->token.reveal(), "t1");
    }
    EXPECT_EQ(exchanges, 1);
    EXPECT_THAT(asked, HasSubstr("GET /copilot_internal/v2/token HTTP/1.1\r\n"));
    EXPECT_THAT(asked, HasSubstr("authorization: token gho_x\r\n"));
    EXPECT_EQ(service->version(), service->current().version);
    EXPECT_EQ(read_token_files(test::settings_at("http://h", folder.path(""))).document.reveal(),
              token_body("t1"));
}

TEST(copilot_service_test, leads_through_the_device_flow) {
    const test::temporary_folder folder;
    const scripted_server github([&](scripted_server::peer& client) {
        for (std::string got = client.read_request(); !got.empty(); got = client.read_request()) {
            if (got.starts_with("POST /login/device/code ")) {
                EXPECT_THAT(got, HasSubstr(R"("scope":"read:user")"));
                client.send(answer(R"({"device_code":"dev","user_code":"AB-12","interval":1,)"
                                   R"("verification_uri":"https://github.com/login/device"})"));
            } else if (got.starts_with("POST /login/oauth/access_token ")) {
                EXPECT_THAT(got, HasSubstr(R"("device_code":"dev")"));
                client.send(answer(R"({"access_token":"gho_new"})"));
            } else {
                client.send(answer(token_body("t2")));
            }
        }
    });
    running_service service(github.port(), folder);
    service.post([&] { service->use(true); });
    const auto waiting = service.wait_for(login_state::waiting_for_user);
    ASSERT_TRUE(waiting.prompt);
    EXPECT_EQ(waiting.prompt->user_code, "AB-12");
    EXPECT_THAT(service.acquire().get().error().message, HasSubstr("enter code AB-12"));
    service.wait_for(login_state::logged_in);
    EXPECT_EQ(service.acquire().get()->access->token.reveal(), "t2");
    const auto kept = read_token_files(test::settings_at("http://h", folder.path("")));
    EXPECT_EQ(kept.access_token.reveal(), "gho_new");
}

TEST(copilot_service_test, a_refused_token_is_exchanged_anew) {
    const test::temporary_folder folder;
    folder.write("access-token", "gho_x");
    folder.write("api-key.json", token_body("t0"));
    const scripted_server github([&](scripted_server::peer& client) {
        client.read_request();
        client.send(answer(token_body("t1")));
        client.wait_for_close();
    });
    running_service service(github.port(), folder);
    service.post([&] { service->use(true); });
    const auto first = service.acquire().get();
    EXPECT_EQ(first->access->token.reveal(), "t0");
    auto one = service.acquire(first->version);
    auto other = service.acquire(first->version);
    EXPECT_EQ(one.get()->access->token.reveal(), "t1");
    EXPECT_EQ(other.get()->access->token.reveal(), "t1");
    EXPECT_EQ(github.connections(), 1U);
}

TEST(copilot_service_test, a_login_by_another_process_counts_for_the_next_call) {
    const test::temporary_folder folder;
    const scripted_server github([&](scripted_server::peer& client) {
        client.read_request();
        client.send(answer("{}", "503 Busy"));
        client.wait_for_close();
    });
    running_service service(github.port(), folder);
    service.post([&] { service->use(true); });
    EXPECT_FALSE(service.acquire().get());
    folder.write("api-key.json", token_body("t0"));
    folder.write("access-token", "gho_x");
    EXPECT_EQ(service.acquire().get()->access->token.reveal(), "t0");
}

TEST(copilot_service_test, ends_while_github_does_not_answer) {
    const test::temporary_folder folder;
    folder.write("access-token", "gho_x");
    std::promise<void> asked;
    const scripted_server github([&](scripted_server::peer& client) {
        client.read_request();
        asked.set_value();
        client.wait_for_close();
    });
    auto service = std::make_unique<running_service>(github.port(), folder);
    service->post([&] { (*service)->use(true); });
    auto call = service->acquire();
    asked.get_future().wait();
    service.reset();
    EXPECT_THROW(call.get(), std::future_error); // nobody answers any more
}

} // namespace copilot_service_test
} // namespace llm_proxy::login
