#include "llm_proxy/providers/parameter_plan.hpp"

#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/providers/preparation.hpp"
#include "llm_proxy/providers/request_rules.hpp"
#include "llm_proxy/providers/supported_parameters.hpp"
#include "llm_proxy/providers/unsupported_error.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace llm_proxy::providers {

namespace {

using model::parameter_set;

/// Names in one list of a request.
constexpr std::size_t most_names = 128;
constexpr std::size_t longest_name = 256;

/// What a body says of its parameters.
struct given_parameters {
    parameter_set named = 0;
    parameter_set with_value = 0; // not null
    const json::member* drop_params = nullptr;
    const json::member* dropped = nullptr;
    const json::member* allowed = nullptr;
};

void note_consumed(std::string_view name, const json::member& item, given_parameters& given,
                   parameter_plan& plan) {
    plan.leaves_members_out = true;
    if (name == "drop_params") {
        given.drop_params = &item;
    } else if (name == "additional_drop_params") {
        given.dropped = &item;
    } else if (name == "allowed_openai_params") {
        given.allowed = &item;
    } else if (name == "extra_body") {
        plan.has_extra_body = true;
    }
}

result<given_parameters> read_members(const inbound_call& call, parameter_plan& plan) {
    given_parameters given;
    std::string store;
    for (const json::member& item : *call.members) {
        const std::string_view name = json::key_view(call.body, item, store);
        const known_member found = find_known_member(name);
        if (found.use == member_use::passed_on) {
            continue;
        }
        if (found.use == member_use::forbidden) {
            return forbidden_member(name);
        }
        if (found.use == member_use::consumed && plan.keeps_metadata && name == "metadata") {
            continue;
        }
        if (found.use == member_use::consumed) {
            note_consumed(name, item, given, plan);
            continue;
        }
        const parameter_set bit = parameter_set{1} << found.parameter;
        given.named |= bit;
        given.with_value &= ~bit;
        given.with_value |= item.type == json::kind::null ? 0 : bit;
    }
    return given;
}

/// The strings of a list, or nothing if it is no such list.
std::optional<std::vector<std::string>> read_names(std::string_view text) {
    std::vector<json::member> items;
    if (!text.starts_with('[')) {
        return std::nullopt;
    }
    json::scan_valid(text, items);
    std::vector<std::string> out;
    for (const json::member& item : items) {
        if (item.type != json::kind::string || out.size() == most_names ||
            item.value_end - item.value_begin > longest_name) {
            return std::nullopt;
        }
        out.push_back(json::unescape(json::value_of(text, item)));
    }
    return out;
}

/// The request's own list, or that of the deployment.
result<std::vector<std::string>> choose_names(const inbound_call& call, const json::member* own,
                                              std::string_view name,
                                              const std::vector<std::string>& configured) {
    if (own == nullptr) {
        return configured;
    }
    if (own->type == json::kind::null) {
        return std::vector<std::string>();
    }
    auto names = read_names(json::value_of(call.body, *own));
    if (!names) {
        return error(400, "invalid_request_error",
                     "'" + std::string(name) + "' must be a list of names.");
    }
    return *std::move(names);
}

/// What a call cannot do without stays, whatever a list says, as in LiteLLM.
bool is_needed(std::string_view name, model::call_type type) {
    return name == "model" || name == "stream" || name == model::traits_of(type).required;
}

result<void> read_dropped(const inbound_call& call, const std::vector<std::string>& names,
                          parameter_plan& plan) {
    for (const std::string& name : names) {
        auto path = parameter_path::parse(name);
        if (!path) {
            return error(400, "invalid_request_error",
                         "'additional_drop_params' holds '" + name +
                             "', which is no path such as tools[*].input_examples.");
        }
        if (!is_needed(path->root(), call.type)) {
            plan.dropped.push_back(*std::move(path));
        }
    }
    return {};
}

bool says_yes(std::string_view json_value) {
    std::string text(json_value);
    if (text.starts_with('"')) {
        text = json::unescape(text);
    }
    for (const char* word : {"true", "1", "yes", "on", "y", "t"}) {
        if (iequals(trim(text), word)) {
            return true;
        }
    }
    return false;
}

/// Coding agents send parameters of their own maker to whatever model they are pointed at.
bool is_coding_agent(const inbound_call& call) {
    const std::string agent =
        call.headers == nullptr ? "" : lower(call.headers->find("user-agent").value_or(""));
    return agent.starts_with("claude-cli/") || agent.starts_with("claude-code/") ||
           (agent.starts_with("codex") && agent.find_first_of("-_ /") == 5);
}

bool drops_unsupported(const inbound_call& call, const model::parameter_rules& rules,
                       const json::member* own) {
    if (rules.drop_everywhere.value_or(false)) {
        return true;
    }
    if (own != nullptr) {
        return says_yes(json::value_of(call.body, *own));
    }
    return rules.drop || (!rules.drop_everywhere && is_coding_agent(call));
}

/// What is left out without a word, as in LiteLLM: clients send it by habit.
parameter_set left_out_silently(const inbound_call& call) {
    parameter_set out = parameters("stream_options prompt_cache_retention");
    if (call.type == model::call_type::chat_completion ||
        call.type == model::call_type::completion) {
        out |= parameters("user");
    }
    const json::member* choices = json::find(call.body, *call.members, "n");
    if (choices != nullptr && json::value_of(call.body, *choices) == "1") {
        out |= parameters("n");
    }
    return out;
}

parameter_set unsupported_by(const inbound_call& call, const model::deployment& target) {
    return target.parameters.unsupported
               ? (*target.parameters.unsupported)[static_cast<std::size_t>(call.type)]
               : unsupported_parameters(target.provider, call.upstream_model, call.type);
}

/// The rest of a plan, where some rule or some parameter without support takes part.
result<void> apply_rules(const inbound_call& call, const model::deployment& target,
                         const given_parameters& given, parameter_plan& plan) {
    const model::parameter_rules& rules = target.parameters;
    const auto allowed = choose_names(call, given.allowed, "allowed_openai_params", rules.allowed);
    const auto dropped = choose_names(call, given.dropped, "additional_drop_params", rules.dropped);
    if (!allowed || !dropped) {
        return allowed ? dropped.error() : allowed.error();
    }
    if (auto read = read_dropped(call, *dropped, plan); !read) {
        return read;
    }
    for (const std::string& name : *allowed) {
        plan.removed &= ~parameter(name);
    }
    parameter_set refused = plan.removed & (given.with_value | (rules.defaults & ~given.named));
    refused &= ~left_out_silently(call);
    for (const parameter_path& path : plan.dropped) {
        refused &= ~(path.is_whole() ? parameter(path.root()) : 0);
    }
    if (refused != 0 && !plan.drops_unsupported) {
        return unsupported_error(call, target, refused);
    }
    plan.leaves_members_out =
        plan.leaves_members_out || (plan.removed & given.named) != 0 || !plan.dropped.empty();
    return {};
}

} // namespace

bool parameter_plan::leaves_out(std::string_view name) const {
    const known_member found = find_known_member(name);
    if (found.use == member_use::consumed && !(keeps_metadata && name == "metadata")) {
        return true;
    }
    if (found.use == member_use::parameter && (removed >> found.parameter & 1U) != 0) {
        return true;
    }
    return drops(name);
}

bool parameter_plan::drops(std::string_view name) const {
    return std::any_of(dropped.begin(), dropped.end(), [&](const parameter_path& path) {
        return path.is_whole() && path.root() == name;
    });
}

result<parameter_plan> plan_parameters(const inbound_call& call, const model::deployment& target) {
    parameter_plan plan;
    plan.keeps_metadata = model::can_be_chat(call.type);
    const auto given = read_members(call, plan);
    if (!given) {
        return given.error();
    }
    const model::parameter_rules& rules = target.parameters;
    plan.removed = unsupported_by(call, target);
    if (call.type == model::call_type::chat_completion) {
        plan.reasoning = rules.unsupported ? rules.reasoning
                                           : reasoning_of(target.provider, call.upstream_model);
    }
    const bool touched = (plan.removed & (given->named | rules.defaults)) != 0;
    const bool ruled =
        touched || given->dropped != nullptr || given->allowed != nullptr || !rules.dropped.empty();
    if (ruled || plan.reasoning != model::reasoning_kind::none) {
        plan.drops_unsupported = drops_unsupported(call, rules, given->drop_params);
    }
    if (ruled) {
        if (auto applied = apply_rules(call, target, *given, plan); !applied) {
            return applied.error();
        }
    }
    return plan;
}

void prepare_parameter_rules(const config::model_entry& entry, const config::settings& settings,
                             model::deployment& out, config::problems& found) {
    model::parameter_rules& rules = out.parameters;
    rules.drop = entry.params.drop_params.value_or(false);
    rules.drop_everywhere = settings.litellm.drop_params;
    rules.allowed = entry.params.allowed_openai_params;
    for (const std::string& name : entry.params.additional_drop_params) {
        if (parameter_path::parse(name)) {
            rules.dropped.push_back(name);
        } else {
            add_problem(found, entry, entry.where, "additional_drop_params",
                        "`" + name + "` is no path of a parameter",
                        "write it as tools[*].input_examples");
        }
    }
    for (const config::json_member& one : out.defaults) {
        rules.defaults |= parameter(one.name);
    }
    if (out.upstream_model.find('*') != std::string::npos) {
        return;
    }
    // A deployment's name at Azure says nothing of its model.
    const std::string& base = out.info.base_model;
    const bool renamed = out.provider == "azure" && !base.empty();
    const std::string& name = renamed ? base : out.upstream_model;
    rules.reasoning = reasoning_of(out.provider, name);
    auto& unsupported = rules.unsupported.emplace();
    for (std::size_t i = 0; i < unsupported.size(); ++i) {
        const auto type = static_cast<model::call_type>(i);
        unsupported[i] = unsupported_parameters(out.provider, name, type);
        if (!base.empty()) {
            unsupported[i] &= unsupported_parameters(out.provider, base, type);
        }
    }
}

} // namespace llm_proxy::providers
