#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/config/loader.hpp"
#include "llm_proxy/config/problem.hpp"
#include "llm_proxy/config/properties.hpp"
#include "llm_proxy/config/value.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace llm_proxy::config {

/// What reading a configuration shares: where problems go, and what has been said already.
struct reading {
    problems& found;
    const environment& variables;
    std::set<std::string> noted;

    void report(severity level, const mark& where, std::string key, std::string text,
                std::string hint = {});
    void fatal(const mark& where, std::string key, std::string text, std::string hint = {});
    /// A warning that is given once for each key of a section in the whole file.
    void note_once(const section& within, const map_entry& entry, std::string path,
                   std::string text);
};

/// How a value fits its kind.
enum class fit { good, wrong_type, out_of_range };

/// The value as its kind wants it: numbers and booleans out of text, whole numbers as integers.
fit conform(value& item, value_kind kind);

/// One mapping of the configuration, read by its section's described keys. The constructor checks
/// every key and value and reports what is wrong; the getters return what is usable of the rest.
class section_reader {
public:
    /// `mapping` may be null, for a section that is not there.
    section_reader(const section& within, const value* mapping, std::string path, reading& shared);

    /// The value of a key, if it is there, not null, and fits its kind.
    const value* find(std::string_view name) const;
    std::optional<std::string> text(std::string_view name) const;
    std::optional<bool> boolean(std::string_view name) const;
    std::optional<double> number(std::string_view name) const;
    std::optional<int> integer(std::string_view name) const;
    /// `ssl_verify`: a boolean or a path.
    std::optional<tls_verify> tls(std::string_view name);

    /// Whether the key stands there at all, even if null or wrong.
    bool has(std::string_view name) const { return entry(name) != nullptr; }
    bool is_null(std::string_view name) const;
    mark where(std::string_view name) const;
    std::string path_of(std::string_view name) const;

    /// Reports a value of the wrong type, which makes the whole section unusable for a deployment.
    void fail(std::string_view name, std::string text, std::string hint = {});
    bool has_wrong_type() const { return has_wrong_type_; }

private:
    const map_entry* entry(std::string_view name) const;
    void check(const map_entry& one);
    void check_value(const map_entry& one, const property& known);
    void report_unknown(const map_entry& one);

    const section& section_;
    const map* members_ = nullptr;
    std::string path_;
    reading& shared_;
    std::map<std::string, value, std::less<>> values_;
    bool has_wrong_type_ = false;
};

} // namespace llm_proxy::config
