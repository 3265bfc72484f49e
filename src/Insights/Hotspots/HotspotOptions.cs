using System.ComponentModel.DataAnnotations;
using Pylon.Insights.Episodes;

namespace Pylon.Insights.Hotspots;

/// <summary>When an entity has a hotspot. Section Hotspots.</summary>
internal sealed class HotspotOptions : IValidatableObject
{
    /// <summary>How often new hours are looked at. HOTSPOT_CHECK_INTERVAL, in seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Band (what the entity does is held against its own spread), Excess ((A - E) / E) or Ratio (A / E). HOTSPOT_BASIS.</summary>
    public HotspotBasis Basis { get; set; } = HotspotBasis.Band;

    /// <summary>The least score of info. THRESHOLD_INFO.</summary>
    [Range(0.01, 1000)]
    public double ThresholdInfo { get; set; } = 0.8;

    /// <summary>The least score of warn. THRESHOLD_WARN.</summary>
    [Range(0.01, 1000)]
    public double ThresholdWarn { get; set; } = 1.0;

    /// <summary>The least score of critical. THRESHOLD_CRITICAL.</summary>
    [Range(0.01, 1000)]
    public double ThresholdCritical { get; set; } = 1.5;

    /// <summary>Entities that are judged in one transaction.</summary>
    [Range(1, 1000)]
    public int Batch { get; set; } = 100;

    /// <summary>Hours that come later than this after the newest of their entity go into baselines only.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "90.00:00:00")]
    public TimeSpan JudgedBack { get; set; } = TimeSpan.FromDays(14);

    /// <summary>The least band of a region's carbon intensity, gCO2/kWh.</summary>
    [Range(0.0, 1000.0)]
    public double RegionFloor { get; set; } = 30;

    /// <summary>The same for one region, by its number from 1 to 17 (Hotspots__RegionFloors__16=60): a very clean one needs more than the rest. Great Britain as a whole, 18, is not judged.</summary>
    public Dictionary<int, double> RegionFloors { get; } = [];

    /// <summary>False: the regions are not judged.</summary>
    public bool Regions { get; set; } = true;

    public Judge Judge => new(Basis, ThresholdInfo, ThresholdWarn, ThresholdCritical);

    public double FloorOf(int region) => RegionFloors.GetValueOrDefault(region, RegionFloor);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ThresholdInfo > ThresholdWarn || ThresholdWarn > ThresholdCritical)
            yield return new ValidationResult("must be at least ThresholdInfo and at most ThresholdCritical", [nameof(ThresholdWarn)]);
        if (RegionFloors.Any(floor => floor.Key is < 1 or > RegionScanner.Regions || floor.Value is not (>= 0 and <= 1000)))
            yield return new ValidationResult($"must have regions from 1 to {RegionScanner.Regions} and floors from 0 to 1000", [nameof(RegionFloors)]);
    }
}
