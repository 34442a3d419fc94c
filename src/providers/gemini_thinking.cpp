#include "llm_proxy/providers/gemini_thinking.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

namespace {

struct effort {
    std::string_view name;
    int thinking_budgets::* budget;
};

constexpr std::array<effort, 3> efforts{{{"low", &thinking_budgets::low},
                                         {"medium", &thinking_budgets::medium},
                                         {"high", &thinking_budgets::high}}};

bool is_off(std::string_view name) {
    return name == "none" || name == "disable";
}

int least_budget(const gemini_model& model) {
    if (model.flash_lite) {
        return model.budgets.least_flash_lite;
    }
    if (model.flash) {
        return model.budgets.least_flash;
    }
    const bool pro = model.name.find("pro") != std::string::npos;
    return pro ? model.budgets.least_pro : model.budgets.least;
}

error invalid_effort(std::string_view name) {
    return bad_request("litellm.UnsupportedParamsError: Invalid `reasoning_effort`: '" +
                       std::string(name.substr(0, 64)) +
                       "'. Must be one of: 'minimal', 'low', 'medium', 'high', 'none', 'disable'. "
                       "To drop this param, set `litellm.drop_params = True` or pass in `(.., "
                       "drop_params=True)` in the request - "
                       "https://docs.litellm.ai/docs/completion/drop_params");
}

result<document> by_effort(std::string_view name, const gemini_model& model) {
    const auto known = std::find_if(efforts.begin(), efforts.end(),
                                    [&](const effort& item) { return item.name == name; });
    const bool least = name == "minimal" || is_off(name);
    if (known == efforts.end() && !least) {
        return invalid_effort(name);
    }
    if (model.third_generation) {
        const std::string_view lowest = model.flash ? "minimal" : "low";
        return document{{"thinkingLevel", least ? lowest : name},
                        {"includeThoughts", !is_off(name)}};
    }
    int budget = model.budgets.off;
    if (!is_off(name)) {
        budget = least ? least_budget(model) : model.budgets.*known->budget;
    }
    return document{{"thinkingBudget", budget}, {"includeThoughts", !is_off(name)}};
}

document by_budget(const document& thinking, const gemini_model& model) {
    const document* budget = member_of(thinking, "budget_tokens");
    const bool enabled = text_of(thinking, "type") == "enabled";
    const bool spends = budget == nullptr || *budget != 0;
    if (model.third_generation) {
        return {{"includeThoughts", enabled && spends}};
    }
    document out = document::object();
    if (enabled && spends) {
        out["includeThoughts"] = true;
    }
    if (budget != nullptr && budget->is_number_integer()) {
        out["thinkingBudget"] = *budget;
    }
    return out;
}

std::string_view effort_name(const document& value) {
    if (const auto* text = value.get_ptr<const std::string*>()) {
        return *text;
    }
    return text_of(value, "effort");
}

} // namespace

result<void> write_thinking(const document& parameters, const gemini_model& model,
                            document& config) {
    const document* reasoning = member_of(parameters, "reasoning_effort");
    const std::string_view effort =
        reasoning == nullptr ? std::string_view() : effort_name(*reasoning);
    const document* thinking = member_of(parameters, "thinking");
    if (!model.thinks || (effort.empty() && thinking == nullptr)) {
        return {};
    }
    if (!effort.empty() && thinking != nullptr && model.third_generation) {
        return bad_request("`reasoning_effort` and `thinking` cannot both be given for " +
                           model.name + ".");
    }
    document made;
    if (!effort.empty()) {
        auto by_name = by_effort(effort, model);
        if (!by_name) {
            return by_name.error();
        }
        made = *std::move(by_name);
    }
    if (thinking != nullptr && thinking->is_object()) {
        made = by_budget(*thinking, model);
    }
    if (made.is_object() && !made.empty()) {
        config["thinkingConfig"] = std::move(made);
    }
    return {};
}

} // namespace llm_proxy::providers
