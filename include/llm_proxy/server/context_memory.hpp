#pragma once

#include "llm_proxy/net/executor.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::server {

/// What providers keep of conversations, by the deployment and the hash of what is kept: the latest
/// used. I/O-free; one worker's own.
class context_memory {
public:
    explicit context_memory(std::size_t most = 1024) : most_(most) {}

    /// The provider's name for it, empty if none is to be asked for now; nothing if that is not
    /// known.
    std::optional<std::string> find(std::string_view key, net::clock::time_point now);
    /// Holds until then. An empty name: nothing is to be kept.
    void put(std::string_view key, std::string name, net::clock::time_point until);
    void forget(std::string_view key);
    std::size_t size() const { return entries_.size(); }

private:
    struct entry {
        std::string key;
        std::string name;
        net::clock::time_point until;
    };
    using entry_list = std::list<entry>;

    std::size_t most_;
    entry_list entries_; // the latest used in front
    std::map<std::string_view, entry_list::iterator> by_key_;
};

} // namespace llm_proxy::server
