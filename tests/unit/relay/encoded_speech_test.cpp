#include "llm_proxy/relay/encoded_speech.hpp"

#include <gmock/gmock.h>

#include "relay/relay_test_support.hpp"
#include <future>

namespace llm_proxy::relay {
namespace encoded_speech_test {

using test::scripted_exchange;
using testing::HasSubstr;

/// Answers with a second of silence, to be encoded.
class silence final : public providers::translation {
public:
    explicit silence(std::uint32_t rate) : rate_(rate) {}

    result<providers::translated_body> body(const http::response_head&, std::string_view) override {
        const providers::sound_encoding how{audio::format::opus, rate_, 1};
        return providers::translated_body{"audio/opus", std::string(rate_ * 2UL, '\0'), how};
    }
    result<void> event(std::string_view, std::vector<std::string>&) override { return {}; }
    result<void> finish(std::vector<std::string>&) override { return {}; }

private:
    std::uint32_t rate_;
};

class encoded_speech : public test::relaying {
protected:
    relayed relay(net::background* thread, std::uint32_t rate = 24000,
                  net::interrupt why = net::interrupt::none) {
        silence dialect(rate);
        scripted_exchange answer(loop.executor(), "application/json");
        answer.then("{}");
        relayed out;
        loop.run([&](net::interruptor& stop) -> net::task<> {
            answer_writer writer(client, stop);
            relay_call call{context, answer, writer, stop, &dialect, nullptr, counting};
            call.encoding = thread;
            if (why != net::interrupt::none) {
                loop.post([&stop, why] { stop.raise(why); });
            }
            out = co_await relay_answer(call);
        });
        return out;
    }
};

TEST_F(encoded_speech, is_sent_as_what_it_is) {
    net::background apart;
    for (net::background* thread : {&apart, static_cast<net::background*>(nullptr)}) {
        EXPECT_FALSE(relay(thread).failure);
        EXPECT_THAT(client.all(), HasSubstr("content-type: audio/opus\r\n"));
        EXPECT_THAT(received_body(), testing::StartsWith("OggS"));
    }
}

TEST_F(encoded_speech, what_cannot_be_encoded_is_an_error_that_is_not_tried_again) {
    const relayed out = relay(nullptr, 22050);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 400);
    EXPECT_THAT(out.failure->message,
                testing::StartsWith("litellm.BadRequestError: OpenAIException - The speech cannot "
                                    "be encoded as opus: it does not hold 1 channels of 22050"));
    EXPECT_EQ(client.all(), "");
}

TEST_F(encoded_speech, too_many_are_refused) {
    net::background apart(0);
    const relayed out = relay(&apart);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 503);
}

TEST_F(encoded_speech, a_deadline_does_not_wait_for_the_encoder) {
    net::background apart;
    std::promise<void> busy;
    std::promise<void> go_on;
    loop.run_together({[&](net::interruptor&) -> net::task<> {
                          net::background::work todo = [&] {
                              busy.set_value();
                              go_on.get_future().wait();
                          };
                          co_await apart.run(loop.executor(), std::move(todo));
                      }},
                      [&] {
                          busy.get_future().wait();
                          const relayed out = relay(&apart, 24000, net::interrupt::deadline);
                          EXPECT_TRUE(out.failure);
                          EXPECT_EQ(out.failure ? out.failure->status : 0, 408);
                          go_on.set_value();
                      });
}

} // namespace encoded_speech_test
} // namespace llm_proxy::relay
