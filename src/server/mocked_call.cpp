// The part of model_call that answers without an upstream.
#include "llm_proxy/config/number_text.hpp"
#include "llm_proxy/relay/answer_cost.hpp"
#include "llm_proxy/relay/counted_usage.hpp"
#include "llm_proxy/server/mock_answer.hpp"
#include "llm_proxy/server/model_call.hpp"

#include <array>
#include <utility>

namespace llm_proxy::server {

net::task<> model_call::answer_mock() {
    place_.reached();
    auto answer = mock_answer(context_, *mock_, context_.created);
    if (!answer) {
        co_await req_.send_error(answer.error());
        co_return;
    }
    if (context_.stream && model::traits_of(context_.type).event_stream) {
        co_await stream_mock(*answer);
        settle();
        co_return;
    }
    relay::note_usage(context_, json::value_in(*answer, "usage"));
    settle();
    if (dialect_) {
        answer = dialect_->answer(*answer);
    }
    if (!answer) {
        co_await req_.send_error(answer.error());
        co_return;
    }
    const std::array<std::string_view, 1> pieces{*answer};
    std::string& lines = req_.client.lines();
    relay::append_answer_lines(context_, nullptr, "application/json", lines);
    co_await req_.client.send(200, lines, pieces);
}

net::task<> model_call::stream_mock(std::string_view answer) {
    const std::string usage = co_await count_mock(answer);
    std::string& lines = req_.client.lines();
    const auto cost = std::exchange(context_.cost, std::nullopt); // stands with the usage
    relay::append_stream_lines(context_, nullptr, lines);
    context_.cost = cost;
    const std::string events =
        mock_stream(context_, *mock_, context_.created, usage, dialect_.get());
    co_await req_.client.start(200, lines, events);
    co_await req_.client.finish();
}

net::task<std::string> model_call::count_mock(std::string_view answer) {
    auto order = std::make_shared<relay::usage_order>();
    order->type = context_.type;
    order->model = context_.upstream_model;
    order->request = std::move(body_);
    order->answer.add(json::value_in(answer, "choices"));
    const auto counted = co_await relay::count_usage_apart(req_.shared.counting, std::move(order));
    std::string usage;
    if (counted) {
        usage = relay::usage_json(*counted, context_.type);
        relay::note_usage(context_, usage);
        context_.tokens = counted->tokens;
    }
    if (context_.cost && context_.cost->total() > 0) {
        usage.insert(usage.size() - 1, ",\"cost\":" + config::python_float(context_.cost->total()));
    }
    co_return usage;
}

} // namespace llm_proxy::server
