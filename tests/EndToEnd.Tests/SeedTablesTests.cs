using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

/// <summary>The tables and views that the seeds document, with the columns of their schema, as a script in psql finds them.</summary>
public sealed class SeedTablesTests(SharedStack stack) : SharedStackTests(stack)
{
    [Theory]
    [InlineData("operators", "id, name, operator_type, email, api_key_hash, metadata, created_at, updated_at")]
    [InlineData("operators", "operator_name, contact_email, contact_phone, address, region_id, is_active")]
    [InlineData("users", "id, user_email, user_name, operator_id, role, is_active, preferences, metadata, created_at, updated_at")]
    [InlineData("regions", "id, region_id, short_name, dno_region, country, is_aggregate, latitude, longitude, created_at")]
    [InlineData("grid_signals", "id, timestamp, settlement_period, carbon_intensity_forecast, carbon_intensity_actual, carbon_index, demand_mw, grid_stress_score, wholesale_price_gbp_mwh, data_source, is_forecast, fetched_at")]
    [InlineData("regional_grid_signals", "id, region_id, timestamp, carbon_intensity_forecast, carbon_intensity_actual, carbon_index, fetched_at")]
    [InlineData("generation_mix", "id, grid_signal_id, regional_signal_id, timestamp, fuel_type, percentage, fetched_at")]
    [InlineData("data_centres", "id, dc_id, name, operator_id, region_id, location_region, postcode, pue, total_capacity_teraflops, total_capacity_mw, flexibility_rating, min_load_percentage, ramp_rate_mw_per_min, current_load_percentage, current_carbon_intensity, status, created_at, updated_at")]
    [InlineData("compute_workloads", "id, job_id, operator_id, host_dc_id, workload_type, urgency, required_gpu_mins, required_cpu_cores, required_memory_gb, estimated_energy_kwh, carbon_cap_gco2, max_price_gbp, deadline, deferral_window_mins, status, actual_energy_kwh, actual_carbon_gco2, actual_cost_gbp, created_at, started_at, completed_at, updated_at, user_id")]
    [InlineData("agents", "id, agent_id, name, agent_type, operator_id, config, status, last_action_at, current_task, created_at, updated_at")]
    [InlineData("agent_states", "id, agent_id, status, state_data, triggered_by, recorded_at")]
    [InlineData("storage_assets", "id, asset_id, name, operator_id, region_id, capacity_mwh, max_charge_rate_mw, max_discharge_rate_mw, efficiency_percentage, current_charge_mwh, current_charge_percentage, status, created_at, updated_at")]
    [InlineData("workload_notifications", "id, workload_id, processed, created_at")]
    [InlineData("orchestration_decisions", "id, decision_id, decision_type, agent_id, workload_id, source_dc_id, target_dc_id, input_grid_signal_id, input_carbon_intensity, input_grid_stress, input_price_gbp_mwh, reasoning, constraints_evaluated, alternatives_considered, carbon_saved_gco2, cost_saved_gbp, flexibility_contribution_mw, decided_at")]
    [InlineData("workload_energy_consumption", "workload_id, grid_signal_id, regional_signal_id, energy_consumed_kwh, carbon_emitted_gco2, cost_gbp, period_start, period_end")]
    [InlineData("v_recent_decisions", "decision_id, decision_type, reasoning, carbon_saved_gco2, cost_saved_gbp, agent_name, workload_job_id, decided_at")]
    [InlineData("carbon_intensity_national", "*")]
    [InlineData("carbon_intensity_regional", "*")]
    [InlineData("generation_mix_national", "*")]
    [InlineData("generation_mix_regional", "*")]
    [InlineData("demand_forecast_national", "*")]
    [InlineData("demand_actual_national", "*")]
    [InlineData("wholesale_prices", "*")]
    [InlineData("grid_zones", "*")]
    [InlineData("compute_windows", "*")]
    [InlineData("grid_snapshots", "*")]
    [InlineData("offers", "*")]
    [InlineData("v_system_state", "active_dcs, active_workloads, online_agents, current_carbon_intensity, current_grid_stress, current_price")]
    [InlineData("v_regional_carbon_ranking", "short_name, country, carbon_intensity_forecast, carbon_index, timestamp")]
    [InlineData("operator_summary", "id, operator_name, operator_type, is_active, user_count, asset_count, workload_count, active_workloads, created_at, updated_at")]
    [InlineData("user_workload_summary", "id, user_email, user_name, operator_name, total_workloads, completed_workloads, running_workloads, pending_workloads, total_energy_kwh, total_carbon_kg, created_at, updated_at")]
    public async Task TableOrViewHasTheColumnsOfTheSeed(string table, string columns) =>
        Assert.NotNull(await Stack.Database.QueryAsync($"SELECT {columns} FROM {table} LIMIT 10"));

    [Fact]
    public async Task StatementsOfTheSeedsRunAsTheyAreWritten()
    {
        await Stack.Database.QueryAsync("SELECT * FROM workload_notifications WHERE processed = FALSE;");
        await Stack.Database.QueryAsync(
            """
            SELECT * FROM user_workload_summary 
            WHERE user_email = 'researcher@example.com';
            """);
        await Stack.Database.QueryAsync("SELECT * FROM operator_summary;");
        Assert.Single(await Stack.Database.QueryAsync("SELECT carbon_intensity_forecast FROM grid_signals ORDER BY timestamp DESC LIMIT 1"));
        Assert.NotEmpty(await Stack.Database.QueryAsync(
            "SELECT r.short_name, rgs.carbon_intensity_forecast FROM regional_grid_signals rgs JOIN regions r ON rgs.region_id = r.id"));
    }

    [Fact]
    public async Task SystemStateHasTheGridThatIngestionKnows() => await Eventually.Is(
        () => Stack.Database.QueryAsync("SELECT current_carbon_intensity, current_grid_stress, current_price, grid_as_of FROM v_system_state"),
        rows => rows[0].All(value => value is not null),
        TimeSpan.FromSeconds(90),
        "to have the state of the grid");
}
