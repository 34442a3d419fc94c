#include "llm_proxy/providers/form_rules.hpp"
#include "llm_proxy/providers/request_rules.hpp"

#include <gtest/gtest.h>

#include "providers/provider_test_support.hpp"
#include <algorithm>
#include <optional>

namespace llm_proxy::providers {
namespace form_rules_test {

std::string field(const std::string& name, const std::string& value) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

const std::string file = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\""
                         "\r\n\r\nRIFF\r\n";
const std::string end = "--b--\r\n";

result<sent> send_to(const model::deployment& target, const std::string& body) {
    const auto parts = http::parse_multipart(body, "b").value();
    inbound_call call;
    call.type = model::call_type::transcription;
    call.body = body;
    call.parts = &parts;
    call.content_type = "multipart/form-data; boundary=\"b\"";
    call.upstream_model = target.upstream_model;
    call.requested_model = target.group;
    return translate(call, target);
}

result<sent> send(const std::string& body, const std::string& upstream_model = "whisper-1") {
    return send_to(*deploy(params_for("openai/" + upstream_model)), body);
}

/// A model of Mistral's, which takes no `prompt`.
std::shared_ptr<const model::deployment> voxtral(bool drops) {
    auto params = params_for("mistral/voxtral-mini-latest");
    params.drop_params = drops;
    return deploy(params);
}

TEST(form_rules, only_the_model_changes) {
    const auto request = send(field("model", "group") + file + field("language", "de") + end);
    EXPECT_EQ(request->body, field("model", "whisper-1") + file + field("language", "de") + end);
    EXPECT_NE(request->head.find("POST /v1/audio/transcriptions HTTP/1.1\r\n"), std::string::npos);
    EXPECT_NE(request->head.find("\r\nContent-Type: multipart/form-data; boundary=\"b\"\r\n"),
              std::string::npos);
}

TEST(form_rules, a_model_from_the_path_gets_a_part) {
    EXPECT_EQ(send(file + end)->body, field("model", "whisper-1") + file + end);
    EXPECT_EQ(send(end)->body, field("model", "whisper-1") + end);
}

TEST(form_rules, the_model_goes_once) {
    EXPECT_EQ(send(field("model", "a") + file + field("model", "b") + end)->body,
              field("model", "whisper-1") + file + end);
    EXPECT_EQ(send(field("model", "") + end)->body, field("model", "whisper-1") + end);
}

TEST(form_rules, the_gateways_own_parts_stay) {
    EXPECT_EQ(send(field("api_key", "sk-x") + field("model", "a") + field("headers", "{}") + file +
                   field("custom_llm_provider", "x") + field("timeout", "3") + end)
                  ->body,
              field("model", "whisper-1") + file + end);
}

TEST(form_rules, a_name_cannot_make_parts) {
    const auto refused = send(file + end, "x\r\n--b");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().status, 400);
}

TEST(form_rules, what_the_provider_does_not_take_is_dropped_or_refused) {
    const std::string body = field("prompt", "x") + file + field("language", "de") + end;
    EXPECT_EQ(send(body)->body, field("model", "whisper-1") + body);
    EXPECT_EQ(send_to(*voxtral(true), body)->body,
              field("model", "voxtral-mini-latest") + file + field("language", "de") + end);
    const auto refused = send_to(*voxtral(false), body);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 400);
    EXPECT_TRUE(refused.error().message.starts_with(
        "litellm.UnsupportedParamsError: Setting prompt is not supported by mistral. To drop it "
        "from the call, set `litellm.drop_params = True`."))
        << refused.error().message;
}

/// The form as the upstream gets it when only the first `held` bytes are there at first and the
/// rest comes in pieces of `step` bytes; nothing if that start is no start to stream from.
std::optional<std::string> streamed(const std::string& body, std::size_t held, std::size_t step,
                                    const std::shared_ptr<const model::deployment>& target =
                                        deploy(params_for("openai/whisper-1"))) {
    http::form_outline start("b");
    start.update(std::string_view(body).substr(0, held));
    if (start.bad() || !can_stream(start, false))
        return std::nullopt;
    inbound_call call;
    call.type = model::call_type::transcription;
    call.body = std::string_view(body).substr(0, start.size());
    call.parts = &start.parts();
    call.content_type = "multipart/form-data; boundary=b";
    call.to_come = body.size() - start.size();
    call.upstream_model = target->upstream_model;
    outbound_call out;
    EXPECT_TRUE(target->adapter->translate(call, *target, out));
    std::string sent;
    const auto send_pieces = [&] {
        for (const std::string_view piece : out.pieces)
            sent += piece;
        out.pieces.clear();
    };
    send_pieces();
    form_rest rest(start, *target, call.type);
    std::size_t settled = start.size();
    std::size_t come = held;
    do {
        come = std::min(come + step, body.size());
        const std::string bytes = body.substr(settled, come - settled);
        const auto taken = rest.take(bytes, out.pieces);
        if (!taken)
            return taken.error().message;
        settled += *taken;
        send_pieces();
    } while (come < body.size());
    if (const auto finished = rest.finish(out.pieces); !finished)
        return finished.error().message;
    send_pieces();
    const std::size_t head = sent.find("\r\n\r\n") + 4;
    EXPECT_NE(sent.find("Content-Length: " + std::to_string(sent.size() - head) + "\r\n"),
              std::string::npos);
    return sent.substr(head);
}

TEST(form_rest, goes_on_where_the_start_ends) {
    const std::string body = field("api_key", "sk-x") + field("model", "group") + file +
                             field("tags", "x") + field("language", "de") + field("model", "b") +
                             field("timeout", "3") + end;
    const std::string dropped = field("tags", "x") + field("model", "b") + field("timeout", "3");
    std::size_t starts = 0;
    for (std::size_t held = 0; held < body.size(); ++held) {
        for (const std::size_t step : {1U, 7U, 1000U}) {
            const auto request = streamed(body, held, step);
            if (!request)
                break;
            ++starts;
            const std::string kept =
                field("model", "whisper-1") + file + field("language", "de") + end;
            ASSERT_TRUE(request->starts_with(kept)) << held << ' ' << *request;
            // What the start already left out is not announced, so nothing stands for it.
            const std::string padding = request->substr(kept.size());
            EXPECT_LE(padding.size(), dropped.size());
            EXPECT_EQ(padding.find_first_not_of(' '), std::string::npos);
        }
    }
    EXPECT_GT(starts, 3 * file.size() / 8);
}

TEST(form_rest, a_start_needs_the_model_and_a_file_that_stays) {
    const auto ready = [](const std::string& start, bool model_known = false) {
        http::form_outline outline("b");
        outline.update(start);
        return can_stream(outline, model_known);
    };
    const std::string upload = "; filename=\"a\"\r\n\r\n";
    const std::string kept = "--b\r\nContent-Disposition: form-data; name=\"file\"" + upload;
    const std::string tags = "--b\r\nContent-Disposition: form-data; name=\"tags\"" + upload;
    EXPECT_TRUE(ready(field("model", "a") + kept));
    EXPECT_TRUE(ready(kept, true));
    EXPECT_TRUE(ready(field("model", "a") + file + end));
    EXPECT_FALSE(ready(kept));
    EXPECT_FALSE(ready(field("model", "a") + field("language", "de")));
    EXPECT_FALSE(ready(field("model", "a") + tags));
    EXPECT_FALSE(ready(field("model", "a") + kept + "x\r\n" + tags));
    EXPECT_FALSE(ready(field("model", "a") + file + field("language", "de").substr(0, 60)));
}

TEST(form_rest, refuses_what_a_whole_form_may_not_have) {
    const std::string start = field("model", "group") + file;
    EXPECT_EQ(streamed(start + field("api_base", "http://x") + end, start.size(), 5),
              forbidden_member("api_base").message);
    EXPECT_EQ(streamed(start + "--bX", start.size(), 5), malformed_form().message);
    EXPECT_EQ(streamed(start + field("language", "de"), start.size(), 5), malformed_form().message);
}

TEST(form_rest, drops_or_refuses_what_the_provider_does_not_take) {
    const std::string start = field("model", "group") + file;
    const std::string late = field("prompt", "x");
    const std::string kept = field("model", "voxtral-mini-latest") + file + end;
    EXPECT_EQ(streamed(start + late + end, start.size(), 5, voxtral(true)),
              kept + std::string(late.size(), ' '));
    const auto refused = streamed(start + late + end, start.size(), 5, voxtral(false));
    ASSERT_TRUE(refused);
    EXPECT_NE(refused->find("Setting prompt is not supported by mistral."), refused->npos);
}

TEST(form_rest, reads_a_late_stream) {
    const std::string start = field("model", "group") + file;
    const auto target = deploy(params_for("openai/whisper-1"));
    for (const std::string value : {"true", "True", "1", "false", "truecolour"}) {
        http::form_outline outline("b");
        outline.update(start);
        form_rest rest(outline, *target, model::call_type::transcription);
        EXPECT_EQ(rest.stream(), std::nullopt);
        std::vector<std::string_view> pieces;
        const std::string late = start.substr(outline.size()) + field("stream", value) + end;
        ASSERT_TRUE(rest.take(late, pieces));
        EXPECT_EQ(rest.stream(), value == "true" || value == "True" || value == "1") << value;
    }
}

} // namespace form_rules_test
} // namespace llm_proxy::providers
