#pragma once

#include "llm_proxy/pricing/model_prices.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>

namespace llm_proxy::pricing {

/// Chooses entries by their name and `litellm_provider`.
using entry_filter = std::function<bool(std::string_view name, std::string_view provider)>;

/// What of a table is worth keeping in memory.
struct table_selection {
    /// The entries; all if empty.
    entry_filter keep;
    /// Those of them whose text is kept as well, for people to see; none if empty.
    entry_filter show;
};

/// LiteLLM's price table, or the part of it that the configuration can need. Immutable.
class price_table {
public:
    price_table() = default;

    /// Reads a table in LiteLLM's format, `model_prices_and_context_window.json`. An error if it is
    /// no JSON object. Entries that are no models are skipped.
    static result<price_table> parse(std::string_view json, const table_selection& wanted = {});
    /// The same; the text is read as it is needed.
    static result<price_table> parse(std::istream& json, const table_selection& wanted = {});

    /// The entry for a model of a provider, under the names that LiteLLM tries, in its order; null
    /// if there is none. Valid as long as the table.
    const model_prices* lookup(std::string_view provider, std::string_view model) const;

    /// The entry for images: LiteLLM's names of a quality and a size, such as
    /// `hd/1024-x-1792/dall-e-3`, come before the model's own. The size is `1024x1792`.
    const model_prices* lookup_image(std::string_view provider, std::string_view model,
                                     std::string_view quality, std::string_view size) const;

    /// Whether an entry prices calls of that provider.
    bool knows(std::string_view provider) const;

    /// The whole of an entry of this table as a JSON object; empty if it was not to be shown.
    std::string_view text_of(const model_prices& entry) const;

    /// How many models the text held, kept or not.
    std::size_t models_read() const { return models_read_; }
    std::size_t size() const { return entries_.size(); }

private:
    template <class Text>
    static result<price_table> read(Text&& json, const table_selection& wanted);
    const model_prices* find(std::string_view name) const;
    void sort();

    std::deque<model_prices> entries_;                      // by lower-case name
    std::map<std::string, std::string, std::less<>> texts_; // by name
    std::size_t models_read_ = 0;
};

/// Why a table may not replace one of `bundled_models`; empty if it may. LiteLLM's guard against
/// damaged downloads: at least 50 models, and half as many as bundled.
std::string refusal(const price_table& replacement, std::size_t bundled_models);

} // namespace llm_proxy::pricing
