#pragma once

#include "llm_proxy/providers/registry.hpp"
#include "llm_proxy/relay/relay.hpp"

#include <gtest/gtest.h>

#include "net/event_loop.hpp"
#include "relay/recording_stream.hpp"
#include "relay/scripted_exchange.hpp"
#include <memory>
#include <string>

namespace llm_proxy::test {

/// Relays a scripted answer to a client that keeps what it gets.
class relaying : public testing::Test {
protected:
    relaying() {
        auto made = std::make_shared<model::deployment>();
        made->id = "deployment-1";
        made->group = "client/name";
        made->model_name = "openai/up";
        made->answer_lines = "x-litellm-model-id: deployment-1\r\n";
        made->adapter = providers::find_adapter("openai");
        context.target = std::move(made);
        context.call_id = "call-1";
        context.requested_model = "client/name";
        context.started = net::clock::now();
        context.upstream_started = context.started;
    }

    relay::relayed relay_it(scripted_exchange& answer) {
        relay::relayed out;
        loop.run([&](net::interruptor& stop) -> net::task<> {
            relay::answer_writer writer(client, stop);
            relay::relay_call call{context, answer,      writer,   stop,
                                   answers, edits.get(), counting, spent};
            out = co_await relay::relay_answer(call);
            keep_alive = writer.keep_alive();
            reason = stop.reason();
        });
        return out;
    }

    /// What the client got after the answer's head.
    std::string received_body() const {
        const std::string all = client.all();
        const std::size_t end = all.find("\r\n\r\n");
        return end == std::string::npos ? "" : all.substr(end + 4);
    }

    event_loop loop;
    recording_stream client{loop.executor()};
    model::request_context context;
    std::unique_ptr<providers::answer_edit> edits;
    providers::translation* answers = nullptr;
    relay::token_counting counting;
    std::string* spent = nullptr;
    bool keep_alive = false;
    net::interrupt reason = net::interrupt::none;
};

} // namespace llm_proxy::test
