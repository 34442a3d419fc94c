#include "llm_proxy/login/access_gate.hpp"

#include <gtest/gtest.h>

#include "net/event_loop.hpp"
#include <vector>

namespace llm_proxy::login {
namespace access_gate_test {

using std::chrono::hours;

grant make_grant(std::uint64_t version, clock::duration refresh_in = hours(1)) {
    grant out;
    out.access = std::make_shared<const model::access>();
    out.version = version;
    out.expires = clock::now() + hours(1);
    out.refresh = clock::now() + refresh_in;
    return out;
}

/// Answers when the test says so.
class scripted_source final : public access_source {
public:
    std::uint64_t version() const override { return given.version; }
    grant current() const override {
        ++copies;
        return given;
    }
    login_status status() const override { return {}; }
    void acquire(std::uint64_t refused, receiver done) override {
        refusals.push_back(refused);
        waiting.push_back(std::move(done));
    }
    void refresh() override { ++refreshes; }

    grant given;
    mutable int copies = 0;
    int refreshes = 0;
    std::vector<std::uint64_t> refusals;
    std::vector<receiver> waiting;
};

class access_gate_test : public testing::Test {
protected:
    /// The version that a call gets; 0 for an error, -1 if it was interrupted.
    net::task<> call(std::uint64_t refused, int& out) {
        const auto got = co_await gate.get(refused);
        out = !got ? -1 : *got ? static_cast<int>((*got)->version) : 0;
    }
    int run(std::uint64_t refused) {
        int out = -2;
        loop.run([&](net::interruptor&) { return call(refused, out); });
        return out;
    }

    test::event_loop loop;
    scripted_source source;
    access_gate gate{source, loop.executor()};
};

TEST_F(access_gate_test, holds_a_good_access) {
    source.given = make_grant(3);
    EXPECT_EQ(run(0), 3);
    EXPECT_EQ(run(2), 3);
    EXPECT_EQ(source.copies, 1);
    source.given = make_grant(4);
    EXPECT_EQ(run(0), 4);
    EXPECT_EQ(source.copies, 2);
    EXPECT_TRUE(source.waiting.empty());
    EXPECT_EQ(source.refreshes, 0);
}

TEST_F(access_gate_test, asks_for_another_before_the_end_but_not_with_each_call) {
    source.given = make_grant(3, hours(-1));
    EXPECT_EQ(run(0), 3);
    EXPECT_EQ(run(0), 3);
    EXPECT_EQ(source.refreshes, 1);
}

TEST_F(access_gate_test, waits_without_one_after_its_end_and_for_another_than_the_refused) {
    int none = -2;
    int refused = -2;
    loop.run_together({[&](net::interruptor&) { return call(0, none); },
                       [&](net::interruptor&) { return call(7, refused); }},
                      [&] {
                          EXPECT_EQ(source.refusals, (std::vector<std::uint64_t>{0, 7}));
                          source.waiting[0](make_grant(1));
                          source.waiting[1](error(400, "x", "no login"));
                      });
    EXPECT_EQ(none, 1);
    EXPECT_EQ(refused, 0);
    source.given = make_grant(7);
    source.given.expires = clock::now() - hours(1);
    int ended = -2;
    loop.run_together({[&](net::interruptor&) { return call(0, ended); }},
                      [&] { source.waiting[2](make_grant(8)); });
    EXPECT_EQ(ended, 8);
}

TEST_F(access_gate_test, an_answer_may_come_after_the_call_has_left) {
    int out = -2;
    net::interruptor* current = nullptr;
    const auto leaving = [&](net::interruptor& stop) {
        current = &stop;
        return call(0, out);
    };
    loop.run_together({leaving}, [&] { current->raise(net::interrupt::client_gone); });
    EXPECT_EQ(out, -1);
    source.waiting[0](make_grant(1));
    loop.run_dry();
}

} // namespace access_gate_test
} // namespace llm_proxy::login
