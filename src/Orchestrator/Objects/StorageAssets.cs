using Npgsql;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Objects;

internal sealed class StorageAssets() : Kind<StorageAsset>("storage_asset", "storage_assets", "asset_id")
{
    public override string Columns =>
        """
        id, asset_id, name, operator_id, region_id, capacity_mwh, max_charge_rate_mw, max_discharge_rate_mw, efficiency_percentage,
        current_charge_mwh, current_charge_percentage, status, metadata, source, created_at, updated_at
        """;

    public override IReadOnlyList<Rule<StorageAsset>> Rules { get; } =
    [
        new("asset_id", m => Values.Name(m.AssetId, "asset_id", 100), isRequired: true),
        new("name", m => Values.Name(m.Name, "name"), isRequired: true),
        new("operator_id", m => Field.Uuid(m.OperatorId, "operator_id")),
        new("region_id", m => Values.Region(m.RegionId)),
        new("capacity_mwh", m => Values.Amount(m.CapacityMwh, "capacity_mwh"), isRequired: true),
        new("max_charge_rate_mw", m => Values.Amount(m.MaxChargeRateMw, "max_charge_rate_mw")),
        new("max_discharge_rate_mw", m => Values.Amount(m.MaxDischargeRateMw, "max_discharge_rate_mw")),
        new("efficiency_percentage", m => Values.Percentage(m.EfficiencyPercentage, "efficiency_percentage")),
        new("current_charge_mwh", m => Values.Amount(m.CurrentChargeMwh, "current_charge_mwh")),
        new("current_charge_percentage", m => Values.Percentage(m.CurrentChargePercentage, "current_charge_percentage")),
        new("status", m => Values.Upper(m.Status, "status")),
        new("metadata", m => Values.Json(m.Metadata, "metadata")),
    ];

    public override StorageAsset Read(NpgsqlDataReader row)
    {
        var message = new StorageAsset
        {
            Id = row.Id(0),
            AssetId = row.Text(1),
            Name = row.Text(2),
            OperatorId = row.Id(3),
            CapacityMwh = row.GetDouble(5),
            EfficiencyPercentage = row.GetDouble(8),
            Status = row.Word<StorageAssetStatus>(11),
            Metadata = row.Json(12),
            Source = row.Source(13),
            CreatedAt = row.Time(14),
            UpdatedAt = row.Time(15),
        };
        row.Region(4, region => message.RegionId = region);
        row.Number(6, number => message.MaxChargeRateMw = number);
        row.Number(7, number => message.MaxDischargeRateMw = number);
        row.Number(9, number => message.CurrentChargeMwh = number);
        row.Number(10, number => message.CurrentChargePercentage = number);
        return message;
    }

    public override string KeyOf(StorageAsset message) => message.AssetId;

    public override string IdOf(StorageAsset message) => message.Id;
}
