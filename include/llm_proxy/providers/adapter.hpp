#pragma once

#include "llm_proxy/config/problem.hpp"
#include "llm_proxy/http/head.hpp"
#include "llm_proxy/http/multipart.hpp"
#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/json/splice.hpp"
#include "llm_proxy/model/access.hpp"
#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/answer_edit.hpp"
#include "llm_proxy/providers/quota_lessons.hpp"
#include "llm_proxy/providers/translation.hpp"
#include "llm_proxy/util/error.hpp"
#include "llm_proxy/util/random.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// Looks an environment variable up.
using variable_lookup = std::function<std::optional<std::string>(std::string_view)>;

/// A file that the client named by its URL, fetched.
struct remote_file {
    std::string bytes;
    std::string content_type;
};

/// Fetched files by their URL as the client wrote it.
using remote_file_map = std::map<std::string, remote_file, std::less<>>;

/// A client's call, read but not changed. The views outlive the call.
struct inbound_call {
    model::call_type type = model::call_type::chat_completion;
    std::string_view body;
    /// Members of the JSON body; empty for multipart.
    const std::vector<json::member>* members = nullptr;
    /// Of a multipart body, with the client's content type; null for JSON.
    const std::vector<http::form_part>* parts = nullptr;
    std::string_view content_type;
    /// The client's headers; null if there are none.
    const http::fields* headers = nullptr;
    /// Bytes of a multipart body that follow `body`, as its rest is still to come.
    std::uint64_t to_come = 0;
    std::string upstream_model;
    /// The model as the client named it, for errors.
    std::string_view requested_model;
    /// When the call began, in seconds since the epoch.
    std::int64_t created = 0;
    /// For ids that the upstream does not give; null where no answer is translated.
    random_source* random = nullptr;
    bool stream = false;
    /// Ask the upstream for the usage of a stream.
    bool request_usage = true;
    /// What the adapter's `remote_files` asked for, as far as it could be had; null if nothing.
    const remote_file_map* files = nullptr;
    /// Of an adapter that `needs_login`: the login's token of the moment.
    const model::access* access = nullptr;
    /// What the provider keeps of the call's beginning, under its name for it; empty if nothing.
    std::string_view context;
};

/// What goes to the upstream: a head of its own and pieces of the client's body.
struct outbound_call {
    std::string head; // complete, empty line included
    /// The edited JSON body, when there is one.
    std::optional<json::splice> edited;
    /// What stands for `model` in a multipart body.
    std::string form_model;
    /// The body, where it is written anew.
    std::string body;
    /// Head and body in order, for one gathered write.
    std::vector<std::string_view> pieces;
    /// Set where the answer is not in OpenAI's dialect.
    std::unique_ptr<translation> answers;
    /// Set where the answer is, but for some members.
    std::unique_ptr<answer_edit> edits;
    /// Where it goes, if not to the deployment's origin.
    std::shared_ptr<const model::endpoint> origin;
};

/// An answer of the upstream that is no success.
struct upstream_answer {
    int status = 0;
    std::string_view body;
};

/// What an error message names.
struct call_names {
    std::string_view group; // as the client asked
    const model::deployment* target = nullptr;
};

class context_keeper;

/// Translates between OpenAI's dialect and one provider's. I/O-free, immutable, shared by all
/// threads.
class adapter {
public:
    virtual ~adapter() = default;

    /// The head of `litellm_params.model`, without the slash.
    virtual std::string_view prefix() const = 0;

    /// Fills in where and how `out` is called: origin, base, credentials, prepared heads.
    /// Faults become problems; false if the deployment cannot serve.
    virtual bool prepare(const config::model_entry& entry, const config::settings& settings,
                         const variable_lookup& variable, model::deployment& out,
                         config::problems& found) const = 0;

    /// Whether a call needs a login's token; it stands in `call.access` when it is translated.
    virtual bool needs_login() const { return false; }

    /// Whether `remote_files` may name any; the others are not asked.
    virtual bool inlines_files() const { return false; }

    /// The http and https URLs of files that the call's upstream request must hold, each once; they
    /// stand in `call.files` when it is translated.
    virtual std::vector<std::string> remote_files(const inbound_call&) const { return {}; }

    /// Where the provider keeps the beginning of a conversation for other calls; null if it cannot
    /// be asked to.
    virtual const context_keeper* contexts() const { return nullptr; }

    /// Whether calls of a dialect that clients may speak beside chat go out as they are. Asked for
    /// those types alone; what is not served so is asked as a chat.
    virtual bool serves(model::call_type, const model::deployment&,
                        std::string_view /* upstream_model */) const {
        return false;
    }

    /// Makes the upstream request. `out` refers into `call` and the deployment.
    virtual result<void> translate(const inbound_call& call, const model::deployment& target,
                                   outbound_call& out) const = 0;

    /// Whether a multipart body may be given by its start, with the rest passed on through
    /// `form_rest`.
    virtual bool streams_forms() const { return false; }

    /// The client's error for an upstream answer that is none, in LiteLLM's words.
    virtual error classify(const upstream_answer& answer, const call_names& names) const = 0;

    /// `OpenrouterException`: how LiteLLM names the provider in messages.
    virtual std::string_view exception_name() const = 0;

    /// What a refusal says of the provider's quota.
    virtual std::vector<limits::lesson> lessons(const quota_refusal& answer) const {
        return openai_lessons(answer);
    }
    /// When the provider's day of quota begins, for `limits::reset_rule`.
    virtual std::string_view day_reset() const { return "00:00 UTC"; }

    /// `LM Studio`: what people call a server that they run themselves, and so may have switched
    /// off; empty for a provider.
    virtual std::string_view server_name() const { return {}; }

    /// The head of the request for the provider's list of models; empty if there is none. Those
    /// that need a login have none without its access.
    virtual std::string model_list_request(const model::deployment&, const model::access*) const {
        return {};
    }
    /// The models in its answer, as `upstream_model` names them; whatever came that is no list is
    /// an empty one.
    virtual std::vector<std::string> read_model_list(std::string_view) const { return {}; }
};

} // namespace llm_proxy::providers
