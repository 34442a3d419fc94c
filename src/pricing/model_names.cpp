#include "llm_proxy/pricing/model_names.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>

namespace llm_proxy::pricing {

namespace {

std::string_view without_trailing_number(std::string_view model) {
    std::size_t end = model.size();
    while (end > 0 && is_digit(model[end - 1])) {
        --end;
    }
    return end < model.size() && end > 0 && model[end - 1] == '-' ? model.substr(0, end - 1)
                                                                  : model;
}

/// `gpt-4o-2024-08-06` becomes `gpt-4o`.
std::string_view without_date(std::string_view model) {
    constexpr std::string_view shape = "-0000-00-00";
    if (model.size() < shape.size()) {
        return model;
    }
    const std::string_view end = model.substr(model.size() - shape.size());
    const bool is_date = std::equal(end.begin(), end.end(), shape.begin(), [](char c, char wanted) {
        return wanted == '0' ? is_digit(c) : c == wanted;
    });
    return is_date ? model.substr(0, model.size() - shape.size()) : model;
}

/// `ft:gpt-4o:organization:suffix:id` becomes `ft:gpt-4o`.
std::string_view without_fine_tune(std::string_view model) {
    std::string_view rest = model;
    for (int part = 0; part < 3; ++part) {
        const std::size_t colon = rest.rfind(':');
        if (colon == rest.npos) {
            return model;
        }
        rest = rest.substr(0, colon);
    }
    return rest;
}

std::string joined(std::string_view a, std::string_view b) {
    return std::string(a).append("/").append(b);
}

/// `1024x1792` as the table writes it: `1024-x-1792`.
std::string table_size(std::string_view size) {
    const std::size_t cross = size.find('x');
    if (cross == size.npos || size.find("-x-") != size.npos) {
        return std::string(size.empty() ? "1024-x-1024" : size);
    }
    return std::string(size.substr(0, cross)).append("-x-").append(size.substr(cross + 1));
}

} // namespace

std::string_view without_version(std::string_view provider, std::string_view model) {
    if (provider == "gemini" || provider == "vertex_ai" || provider == "databricks") {
        return without_trailing_number(model);
    }
    return model.find("ft:") != model.npos ? without_fine_tune(model) : without_date(model);
}

std::vector<std::string> names_to_try(std::string_view provider, std::string_view model) {
    if (provider.empty()) {
        return {std::string(model), std::string(without_version(provider, model))};
    }
    const std::string prefix = std::string(provider) + '/';
    // `openai/openai/gpt-4o` is `openai/gpt-4o`; a name that truly begins so comes last.
    std::string_view split = model;
    while (split.starts_with(prefix)) {
        split.remove_prefix(prefix.size());
    }
    std::vector<std::string> names{prefix + std::string(split), std::string(model),
                                   std::string(split)};
    if (const std::size_t slash = split.find('/'); slash != split.npos) {
        names.emplace_back(split.substr(slash + 1));
    }
    const std::string stripped(without_version(provider, split));
    names.push_back(prefix + stripped);
    names.push_back(stripped);
    names.push_back(prefix + prefix + std::string(split));
    return names;
}

std::vector<std::string> image_names_to_try(std::string_view provider, std::string_view model,
                                            std::string_view quality, std::string_view size) {
    const std::string dimensions = table_size(size);
    const std::string prefix = std::string(provider) + '/';
    const std::string_view bare = model.starts_with(prefix) ? model.substr(prefix.size()) : model;
    const std::string sized = joined(dimensions, bare);
    const std::string good = quality.empty() ? "standard" : std::string(quality);
    return {joined(good, sized),
            joined(provider, joined(good, sized)),
            joined(provider, sized),
            joined(good, joined(provider, sized)),
            sized,
            joined("high", sized),
            joined(provider, bare),
            std::string(bare)};
}

bool serves(std::string_view entry_provider, std::string_view provider) {
    static constexpr std::array<std::string_view, 4> any = {"", "github", "nadir", "litellm_proxy"};
    if (entry_provider.empty() || entry_provider == provider ||
        std::find(any.begin(), any.end(), provider) != any.end()) {
        return true;
    }
    if (provider == "azure_ai") {
        return entry_provider == "azure" || entry_provider == "openai";
    }
    for (const std::string_view family : {"vertex_ai", "fireworks_ai", "bedrock"}) {
        if (provider == family && entry_provider.starts_with(family)) {
            return true;
        }
    }
    return false;
}

bool less_ignoring_case(std::string_view a, std::string_view b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return lower(x) < lower(y); });
}

} // namespace llm_proxy::pricing
