#pragma once

#include "llm_proxy/dialects/client_dialect.hpp"
#include "llm_proxy/http/multipart.hpp"
#include "llm_proxy/login/access_source.hpp"
#include "llm_proxy/model/request_context.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/relay/relay.hpp"
#include "llm_proxy/server/call_parser.hpp"
#include "llm_proxy/server/form_upload.hpp"
#include "llm_proxy/server/request.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::server {

/// One client's call to a model: the stages of the request path in their order. Lives in the frame
/// of the coroutine that serves the request.
class model_call {
public:
    model_call(request& req, model::call_type type);

    /// Answers the client, whatever comes.
    net::task<> run();

private:
    /// How one try at the upstream ended; no failure means that the client has its answer.
    struct tried {
        std::optional<error> failure;
        std::string provider_lines;
        std::optional<double> retry_after;
        /// The upstream did not take the login's token.
        bool login_refused = false;
    };

    /// Reads the body: the whole, or of a form so much that the rest can be passed on as it comes.
    net::task<result<void>> read_and_plan();
    void begin_form();
    bool form_decides(std::string_view start);
    /// Reads the call and decides which deployment serves it.
    result<void> plan();
    /// Makes a chat of a call that the deployment does not take as it is; whether it did.
    result<void> adopt_dialect(const call_rules& rules);
    void apply_usage_rule();
    error missing_credential() const;
    net::task<> answer_mock();
    net::task<> stream_mock();
    /// Waits until the next try is due; false if there is none: the client was told or is gone.
    net::task<bool> prepare_retry(const tried& last);
    /// What was passed on as it came cannot be sent again.
    int max_retries() const { return form_ ? 0 : context_.target->max_retries; }
    void close_unless_read();
    net::task<> tell(const tried& last);
    net::task<bool> wait(std::chrono::milliseconds time);
    void log(const std::string& detail) const;

    // One try at the upstream, in model_try.cpp.
    net::task<tried> try_once();
    relay::relay_call relaying(upstream::exchange& exchange,
                               const providers::outbound_call& outbound);
    /// Whether the usage may be missing from the answer, and we could count it.
    bool may_count() const;
    relay::token_counting counting();
    const std::shared_ptr<const model::endpoint>&
    origin_of(const providers::outbound_call& outbound) const;
    /// Takes the access to call with. The client's leaving and the call's deadline end the wait.
    net::task<std::optional<error>> log_in();
    /// Makes the upstream request; false if there is none.
    bool translate(const providers::inbound_call& inbound, providers::outbound_call& outbound,
                   tried& out);
    /// Fetches the files that the call names, within the time of the try. They stay for the next.
    net::task<> have_files(tried& out);
    void note_lost(const upstream::outcome& sent, tried& out);
    /// Sets the deadline of a try; returns the time that it has.
    net::clock::duration start_clock();
    void end_upload(const form_upload& upload, tried& out);
    /// The last try has its answer: while that is relayed, the request need not be held, unless its
    /// tokens may have to be counted.
    void release_body();
    /// The upstream refused: its words and headers become the client's error.
    net::task<> read_failure(upstream::exchange& exchange, tried& out);
    providers::inbound_call describe() const;

    request& req_;
    model::request_context context_;
    std::string body_;
    /// Of a multipart body whose rest is passed on as it comes; its views end with `body_`.
    std::optional<http::form_outline> form_;
    parsed_call parsed_;
    std::optional<std::string> mock_;
    /// Of a client that speaks another dialect than its call goes out in.
    std::unique_ptr<dialects::client_dialect> dialect_;
    login::grant access_; // of a deployment that needs a login
    std::uint64_t refused_login_ = 0;
    bool request_usage_ = true;
    std::optional<providers::remote_file_map> files_; // once they were fetched
    bool clock_runs_ = false;                         // of this try, since its files are fetched
};

} // namespace llm_proxy::server
