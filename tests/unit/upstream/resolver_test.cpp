#include "llm_proxy/upstream/resolver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "upstream/upstream_client.hpp"
#include <atomic>
#include <future>
#include <latch>

namespace llm_proxy::upstream {
namespace resolver_test {

using net::asio::ip::make_address;
using ::testing::ElementsAre;

resolution address(const char* text) {
    std::vector<net::asio::ip::address> one(1, make_address(text));
    return resolution(std::move(one));
}

/// Asks for a name, by a client whose loop runs until the answer is there.
resolution ask(test::upstream_client& client, resolver& from, const std::string& host) {
    resolution answer;
    client.run([&](net::interruptor& stop) -> net::task<> {
        co_await stop.prepare();
        answer = co_await from.resolve(client.executor(), host);
    });
    return answer;
}

TEST(resolver_test, interleaves_the_families) {
    const auto mixed = interleave_families(
        {make_address("::1"), make_address("::2"), make_address("::3"), make_address("1.1.1.1")});
    EXPECT_THAT(mixed, ElementsAre(make_address("::1"), make_address("1.1.1.1"),
                                   make_address("::2"), make_address("::3")));
    EXPECT_TRUE(interleave_families({}).empty());
}

TEST(resolver_test, answers_addresses_without_a_lookup) {
    test::upstream_client client;
    std::atomic<int> lookups = 0;
    resolver names([&](const std::string&) {
        ++lookups;
        return resolution();
    });
    EXPECT_THAT(ask(client, names, "127.0.0.1").addresses, ElementsAre(make_address("127.0.0.1")));
    EXPECT_THAT(ask(client, names, "::1").addresses, ElementsAre(make_address("::1")));
    EXPECT_EQ(lookups, 0);
}

TEST(resolver_test, asks_the_system) {
    test::upstream_client client;
    resolver names;
    EXPECT_FALSE(ask(client, names, "localhost").addresses.empty());
    // Too long for a DNS question, so that none is asked.
    const auto none = ask(client, names, std::string(300, 'a'));
    EXPECT_TRUE(none.addresses.empty());
    EXPECT_NE(none.problem, "");
}

TEST(resolver_test, remembers_answers_for_their_time) {
    test::upstream_client client;
    std::atomic<int> lookups = 0;
    resolver_options options;
    options.keep_failed = std::chrono::milliseconds(0);
    resolver names(
        [&](const std::string& host) {
            ++lookups;
            return host == "good" ? address("10.0.0.1") : resolution(std::string("no such name"));
        },
        options);
    ask(client, names, "good");
    EXPECT_THAT(ask(client, names, "good").addresses, ElementsAre(make_address("10.0.0.1")));
    EXPECT_EQ(lookups, 1);
    EXPECT_EQ(ask(client, names, "bad").problem, "no such name");
    ask(client, names, "bad");
    EXPECT_EQ(lookups, 3);
}

TEST(resolver_test, looks_a_name_up_once_for_all_who_ask) {
    test::upstream_client client;
    std::latch both_ask(1);
    std::atomic<int> lookups = 0;
    resolver names([&](const std::string&) {
        both_ask.wait();
        ++lookups;
        return address("10.0.0.1");
    });
    int answered = 0;
    const auto question = [&](net::interruptor& stop) -> net::task<> {
        co_await stop.prepare();
        const auto answer = co_await names.resolve(client.executor(), "name");
        answered += answer.addresses.empty() ? 0 : 1;
    };
    client.run_together({question, question}, [&] { both_ask.count_down(); });
    EXPECT_EQ(answered, 2);
    EXPECT_EQ(lookups, 1);
}

TEST(resolver_test, is_not_held_up_by_a_dead_name) {
    test::upstream_client client;
    std::latch release(1);
    std::atomic<int> ended = 0;
    {
        resolver names([&](const std::string& host) {
            if (host == "dead") {
                release.wait();
            }
            ++ended;
            return address("10.0.0.1");
        });
        resolution interrupted_answer;
        client.run([&](net::interruptor& stop) -> net::task<> {
            co_await stop.prepare();
            client.post([&] { stop.raise(net::interrupt::client_gone); });
            interrupted_answer = co_await names.resolve(client.executor(), "dead");
        });
        EXPECT_EQ(interrupted_answer.problem, "the lookup was interrupted");
        EXPECT_FALSE(ask(client, names, "alive").addresses.empty());
        EXPECT_EQ(ended, 1);
    }
    release.count_down();
    while (ended != 2) { // the lookup refers to this frame
        std::this_thread::yield();
    }
}

TEST(resolver_test, bounds_its_queue_and_its_memory) {
    test::upstream_client client;
    std::latch release(1);
    std::atomic<int> lookups = 0;
    resolver_options options;
    options.threads = 1;
    options.max_queue = 1;
    options.max_names = 3;
    resolver names(
        [&](const std::string& host) {
            ++lookups;
            if (host == "slow") {
                release.wait();
            }
            return address("10.0.0.1");
        },
        options);
    resolution refused;
    const auto question = [&](std::string host) {
        return [&, host](net::interruptor& stop) -> net::task<> {
            co_await stop.prepare();
            const auto answer = co_await names.resolve(client.executor(), host);
            if (answer.addresses.empty()) {
                refused = answer;
            }
        };
    };
    const auto slow = question("slow");
    const auto queued = question("queued");
    const auto too_many = question("too many");
    client.run_together({slow, queued, too_many}, [&] { release.count_down(); });
    EXPECT_EQ(refused.problem, "too many names are waiting to be resolved");
    for (const char* host : {"a", "b", "c", "d", "e"}) {
        ask(client, names, host);
    }
    const int before = lookups;
    ask(client, names, "e");
    EXPECT_EQ(lookups, before);
}

} // namespace resolver_test
} // namespace llm_proxy::upstream
