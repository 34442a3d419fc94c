#pragma once

#include "llm_proxy/model/catalogue.hpp"
#include "llm_proxy/routing/deployment_state.hpp"
#include "llm_proxy/routing/router.hpp"
#include "llm_proxy/util/random.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace llm_proxy::routing::test {

class fixed_random final : public random_source {
public:
    explicit fixed_random(double value) : value_(value) {}
    double unit() override { return value_; }

private:
    double value_;
};

/// A group of deployments `0`, `1` ... that tests fill in.
struct test_group {
    explicit test_group(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            auto item = std::make_shared<model::deployment>();
            item->id = std::to_string(i);
            item->state = std::make_shared<deployment_state>();
            deployments.push_back(item);
            group.deployments.push_back(item);
        }
        group.name = "group";
        found.group = &group;
    }
    test_group(const test_group&) = delete;
    test_group& operator=(const test_group&) = delete;

    model::deployment& operator[](std::size_t index) { return *deployments[index]; }
    deployment_state& state(std::size_t index) { return *deployments[index]->state; }

    /// The id of the chosen deployment; `-` for none.
    std::string choose(double drawn = 0) const {
        fixed_random random(drawn);
        const auto* item = routing::choose(found, how(), random);
        return item == nullptr ? "-" : (*item)->id;
    }
    choice how() const { return {rules, excluded, tags, stream, now, wall}; }

    std::vector<std::shared_ptr<model::deployment>> deployments;
    model::model_group group;
    model::match found;
    config::router_settings rules;
    std::vector<const model::deployment*> excluded;
    std::vector<std::string> tags;
    bool stream = false;
    time_point now{std::chrono::hours(100)};
    limits::time_point wall{std::chrono::hours(500000)};
};

} // namespace llm_proxy::routing::test
