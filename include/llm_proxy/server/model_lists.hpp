#pragma once

#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/net/interruptor.hpp"
#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/upstream/client.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace llm_proxy::server {

struct services;

/// What providers say which models they have, asked when somebody lists models and kept for a
/// while. One worker's own; all on its thread.
class model_lists : public std::enable_shared_from_this<model_lists> {
public:
    /// `shared` outlives it, but for what `stop` ends.
    explicit model_lists(services& shared) : shared_(shared) {}

    /// Asks the providers of `targets` whose lists are older than a minute. Waits for them at most
    /// a second, and not at all for one that failed the last time; what comes later is there for
    /// the next call. Lists of other deployments are forgotten. Ends early if `client` is raised.
    net::task<> refresh(model::deployment_list targets, net::interruptor& client);

    /// The names at the deployment's provider, as far as they are known; a list that can no longer
    /// be had is good for ten minutes.
    std::vector<std::string> names(const model::deployment& of) const;

    /// Ends what is under way.
    void stop();

private:
    struct list {
        std::vector<std::string> names;
        net::clock::time_point ask_again; // the first time at once
        net::clock::time_point forget;
        bool failed = false;
        std::shared_ptr<net::interruptor> asking;
    };
    using list_ptr = std::shared_ptr<list>;

    void forget_others(const model::deployment_list& targets);
    void ask(std::shared_ptr<const model::deployment> target, const list_ptr& into);
    static net::task<> fetch(std::shared_ptr<model_lists> self,
                             std::shared_ptr<const model::deployment> target, list_ptr into,
                             std::shared_ptr<net::interruptor> interrupts);
    /// A provider's list as it came.
    net::task<result<std::string>> read_list(const model::deployment& target,
                                             net::interruptor& interrupts);
    void ended(list& of);
    net::task<> wait_for(std::vector<list_ptr> awaited, net::interruptor& client);

    services& shared_;
    std::map<std::string, list_ptr, std::less<>> lists_; // by deployment id
    std::vector<net::timer*> waiters_;
    std::size_t asking_ = 0;
};

} // namespace llm_proxy::server
