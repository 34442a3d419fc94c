#pragma once

#include "llm_proxy/dialects/client_dialect.hpp"
#include "llm_proxy/http/multipart.hpp"
#include "llm_proxy/login/access_source.hpp"
#include "llm_proxy/model/request_context.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/relay/relay.hpp"
#include "llm_proxy/routing/fallbacks.hpp"
#include "llm_proxy/routing/retry.hpp"
#include "llm_proxy/routing/router.hpp"
#include "llm_proxy/server/call_parser.hpp"
#include "llm_proxy/server/form_upload.hpp"
#include "llm_proxy/server/quota_place.hpp"
#include "llm_proxy/server/request.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
        /// It did not take the context that the call referred to.
        bool context_refused = false;
        /// The request went to the upstream, so the failure is its deployment's.
        bool reached = false;
        /// No deployment of the group can be called at all.
        bool unavailable = false;
    };

    /// The target's answer, with a place in its limits: one try, or a mocked answer.
    net::task<tried> serve_once();
    /// Reads the body: the whole, or of a form so much that the rest can be passed on as it comes.
    net::task<result<void>> read_and_plan();
    void begin_form();
    bool form_decides(std::string_view start);
    /// Reads the call and decides which deployment is tried first.
    result<void> plan();
    call_rules rules_for(model::call_type type) const;
    /// Makes what the target speaks of a call that clients may make in another dialect than chat:
    /// a chat, or again what the client said.
    result<void> adopt_dialect();
    result<void> speak(model::call_type type, std::string body);
    void apply_usage_rule();
    error missing_credential() const;
    void close_unless_read();
    net::task<> tell(const tried& last);
    net::task<bool> wait(std::chrono::milliseconds time);

    // What is tried next, in model_route.cpp.
    /// The group that a name leads to; false if none.
    bool use_group(std::string name);
    /// Chooses the deployment to try next in the group, passing over `failed_`; the error if none
    /// can be called.
    std::optional<error> choose_target();
    void use_target(const std::shared_ptr<const model::deployment>& target);
    routing::choice choosing(bool pass_failed) const;
    /// Decides what follows a failure and waits until it is due; false if nothing does: the client
    /// was told or is gone.
    net::task<bool> prepare_next(tried last);
    /// How long to wait for the next try in the same group, whose target is set if that is not at
    /// all; nothing if the group is done with.
    std::optional<std::chrono::milliseconds> next_in_group(const tried& last);
    std::optional<std::chrono::milliseconds> pause_before_same(const routing::failed_try& failed);
    bool goes_to_next_order(const model::deployment& other, const error& failure) const;
    int retries_left(const routing::failed_try& failed) const;
    /// Plans the call anew for the group to fall back to; false if there is none.
    bool fall_back(const tried& last);
    bool replace_members(const routing::fallback_target& target);
    void read_tags();
    routing::request_fallbacks requested_fallbacks() const;
    void log_next(const tried& last) const;
    /// Whether the strategy looks at what is used in a minute.
    bool counts_requests() const {
        return req_.config->settings->router.strategy != config::routing_strategy::simple_shuffle;
    }
    void note_success();
    void note_failure(const tried& last);
    void note_latency(net::clock::time_point now);
    /// What stands in the way of the first try: no deployment, or a failure that the client asked
    /// for with `mock_testing_fallbacks` and the like.
    tried before_first_try();
    error mocked_failure() const;
    void log(const std::string& detail) const;

    // A place in the limits, in model_place.cpp.
    /// Takes one at the target; false if that has none.
    bool take_free_place();
    /// Takes one at any deployment of the group, perhaps after a wait; the error if there is none.
    net::task<std::optional<error>> wait_for_place();
    place_wish wish() const;
    /// All deployments of the group that may serve the call, the best first.
    model::deployment_list rank();
    bool may_fall_back() const;
    void use(granted_place granted);
    std::chrono::duration<double> longest_wait(const model::deployment_list& ranked) const;

    // An answer without an upstream, in mocked_call.cpp.
    net::task<> answer_mock();
    /// Its tokens are counted as they are for upstreams that do not.
    net::task<> stream_mock(std::string_view answer);
    net::task<std::string> count_mock(std::string_view answer);

    // One try at the upstream, in model_try.cpp.
    net::task<tried> try_once();
    /// Relays what the upstream answers to the request that was sent, or keeps its failure.
    net::task<> take_answer(upstream::exchange& exchange, const providers::outbound_call& outbound,
                            const upstream::outcome& sent, tried& out);
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
    /// The place in the limits now counts, unless the request cannot have gone out.
    void note_reached(const upstream::outcome& sent);
    void settle();
    bool may_keep_context() const;
    /// Has the beginning of the conversation kept by the provider, if the client wants that and it
    /// can be done; the call's time begins thereafter.
    net::task<> have_context(tried& out);
    /// Forgets the context if the upstream refused it: the call is made once more without.
    bool drop_refused_context(const providers::upstream_answer& answer);
    void note_lost(const upstream::outcome& sent, tried& out);
    net::clock::duration time_allowed() const;
    /// Sets the deadline of a try; returns the time that it has.
    net::clock::duration start_clock();
    void end_upload(const form_upload& upload, tried& out);
    /// The upstream refused: its words and headers become the client's error.
    net::task<> read_failure(upstream::exchange& exchange, tried& out);
    /// What the refusal says of the provider's quota.
    void learn(const http::response_head& head, std::string_view body);
    providers::inbound_call describe() const;

    request& req_;
    model::request_context context_;
    std::string body_;
    /// Of a multipart body whose rest is passed on as it comes; its views end with `body_`.
    std::optional<http::form_outline> form_;
    parsed_call parsed_;
    limits::reservation place_; // of the try
    std::optional<std::string> mock_;
    std::optional<model::match> group_;
    std::optional<error> unavailable_; // what the first choice came to
    /// Deployments of the group that failed in this call; they are passed over while others are
    /// left.
    std::vector<const model::deployment*> failed_;
    std::vector<std::string> tags_; // with `enable_tag_filtering` alone
    std::optional<routing::fallback_walk> walk_;
    std::optional<tried> first_failure_; // of the group that the client asked for
    std::string own_body_;               // while a fallback's members stand in it
    /// Of a client that speaks another dialect than its call goes out in.
    std::unique_ptr<dialects::client_dialect> dialect_;
    std::string client_body_; // what it said; `body_` is the chat then
    model::call_type client_type_;
    std::optional<error> untranslatable_; // into what the target speaks
    login::grant access_;                 // of a deployment that needs a login
    std::uint64_t refused_login_ = 0;
    bool request_usage_ = true;
    /// The context of this deployment's calls, under its key in the memory, once it was seen to.
    struct {
        const model::deployment* of = nullptr;
        std::string key;
        std::string name; // empty: the call goes without
    } kept_;
    std::optional<providers::remote_file_map> files_; // once they were fetched
    bool clock_runs_ = false;                         // of this try, since its files are fetched
};

} // namespace llm_proxy::server
