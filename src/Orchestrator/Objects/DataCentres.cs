using Npgsql;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Objects;

internal sealed class DataCentres() : Kind<DataCentre>("data_centre", "data_centres", "dc_id")
{
    public override string Columns =>
        """
        id, dc_id, name, operator_id, region_id, location_region, postcode, pue, total_capacity_teraflops, total_capacity_mw, flexibility_rating,
        min_load_percentage, ramp_rate_mw_per_min, current_load_percentage, current_carbon_intensity, status, metadata, source, created_at, updated_at
        """;

    public override IReadOnlyList<Rule<DataCentre>> Rules { get; } =
    [
        new("dc_id", m => Values.Name(m.DcId, "dc_id", 100), isRequired: true),
        new("name", m => Values.Name(m.Name, "name"), isRequired: true),
        new("operator_id", m => Field.Uuid(m.OperatorId, "operator_id")),
        new("region_id", m => Values.Region(m.RegionId)),
        new("location_region", m => Values.Text(m.LocationRegion, "location_region", 200)),
        new("postcode", m => Values.Text(m.Postcode, "postcode", 20)),
        new("pue", m => Field.Range(m.Pue, "pue", 1, 3)),
        new("total_capacity_teraflops", m => Values.Amount(m.TotalCapacityTeraflops, "total_capacity_teraflops")),
        new("total_capacity_mw", m => Values.Amount(m.TotalCapacityMw, "total_capacity_mw")),
        new("flexibility_rating", m => Field.Range(m.FlexibilityRating, "flexibility_rating", 0, 1)),
        new("min_load_percentage", m => Values.Percentage(m.MinLoadPercentage, "min_load_percentage")),
        new("ramp_rate_mw_per_min", m => Values.Amount(m.RampRateMwPerMin, "ramp_rate_mw_per_min")),
        new("current_load_percentage", m => Values.Percentage(m.CurrentLoadPercentage, "current_load_percentage")),
        new("current_carbon_intensity", m => Values.Amount(m.CurrentCarbonIntensity, "current_carbon_intensity")),
        new("status", m => Values.Upper(m.Status, "status")),
        new("metadata", m => Values.Json(m.Metadata, "metadata")),
    ];

    // The foreign key would forget where a workload ran.
    public override string Deletable => "NOT EXISTS (SELECT FROM compute_workloads WHERE host_dc_id = data_centres.id)";

    public override DataCentre Read(NpgsqlDataReader row)
    {
        var message = new DataCentre
        {
            Id = row.Id(0),
            DcId = row.Text(1),
            Name = row.Text(2),
            OperatorId = row.Id(3),
            LocationRegion = row.Text(5),
            Postcode = row.Text(6),
            Pue = row.GetDouble(7),
            MinLoadPercentage = row.GetDouble(11),
            Status = row.Word<DataCentreStatus>(15),
            Metadata = row.Json(16),
            Source = row.Source(17),
            CreatedAt = row.Time(18),
            UpdatedAt = row.Time(19),
        };
        row.Region(4, region => message.RegionId = region);
        row.Number(8, number => message.TotalCapacityTeraflops = number);
        row.Number(9, number => message.TotalCapacityMw = number);
        row.Number(10, number => message.FlexibilityRating = number);
        row.Number(12, number => message.RampRateMwPerMin = number);
        row.Number(13, number => message.CurrentLoadPercentage = number);
        row.Number(14, number => message.CurrentCarbonIntensity = number);
        return message;
    }

    public override string KeyOf(DataCentre message) => message.DcId;

    public override string IdOf(DataCentre message) => message.Id;
}
