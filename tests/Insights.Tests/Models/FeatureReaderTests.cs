using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Insights.Inputs;

namespace Pylon.Insights.Tests.Models;

public sealed class FeatureReaderTests
{
    [Fact]
    public void The_names_are_those_of_the_wire()
    {
        string[] names =
        [
            "distance_km", "load_kg", "vehicle_type", "fuel_type", "avg_speed", "stop_events", "energy_kwh", "shift_hours", "machine_runtime_hours",
            "furnace_usage", "cooling_load", "temperature", "refrigeration_load", "inventory_volume", "route_length", "traffic_score", "delivery_count",
        ];

        Assert.Equal(names, FeatureNames.All.Take(names.Length).Select(feature => feature.Name));
    }

    [Fact]
    public void Every_feature_can_be_set_and_read()
    {
        foreach (var feature in FeatureNames.All)
        {
            object value = feature.Type switch { FeatureType.Number => 1m, FeatureType.Text => "x", _ => true };

            var given = Assert.Single(FeatureNames.GivenIn(feature.Set(Features.None, value)));

            Assert.Equal((feature.Name, value), given);
        }
    }

    [Fact]
    public void Names_that_nobody_knows_are_told()
    {
        var reader = new FeatureReader("features");

        var features = reader.Read(Json("""{"distance_km": 1.5, "colour": "red", "legs": [{"wings": 2, "distance_km": 3}]}"""));

        Assert.Null(reader.Refusal);
        Assert.Equal(["colour", "legs[0].wings"], reader.Unknown);
        Assert.Equal((1.5m, 3m), (features.DistanceKm, features.Legs[0].DistanceKm));
    }

    [Theory]
    [InlineData("""{"distance_km": -1}""", "features.distance_km", "must be from 0 to 1000000000000")]
    [InlineData("""{"distance_km": 1e300}""", "features.distance_km", "must be a number")]
    [InlineData("""{"distance_km": "far"}""", "features.distance_km", "must be a number")]
    [InlineData("""{"vehicle_type": 7}""", "features.vehicle_type", "must be a text")]
    [InlineData("""{"vehicle_type": "a\u0007"}""", "features.vehicle_type", "must have 1 to 100 characters and no control characters")]
    [InlineData("""{"radiative_forcing": 1}""", "features.radiative_forcing", "must be true or false")]
    [InlineData("""{"traffic_score": 11}""", "features.traffic_score", "must be from 1 to 10")]
    [InlineData("""{"legs": 1}""", "features.legs", "must be a list of at most 50 objects")]
    [InlineData("""{"legs": [{"load_kg": -1}]}""", "features.legs[0].load_kg", "must be from 0 to 1000000000000")]
    public void A_wrong_value_is_named_with_what_is_allowed(string json, string field, string rule)
    {
        var reader = new FeatureReader("features");

        reader.Read(Json(json));

        Assert.Equal((field, rule), (reader.Refusal!.Violations[0].Field, reader.Refusal.Violations[0].Rule));
    }

    [Fact]
    public void Null_is_not_given() => Assert.Equal(Features.None, new FeatureReader("features").Read(Json("""{"distance_km": null}""")));

    [Fact]
    public void Equal_features_have_one_canonical_text()
    {
        var one = new FeatureReader("f").Read(Json("""{"load_kg": 450.0, "distance_km": 120}"""));

        Assert.Equal("""{"distance_km":120,"load_kg":450}""", FeatureJson.Canonical(one));
        Assert.Equal(FeatureJson.Canonical(one), FeatureJson.Canonical(one with { LoadKg = 450.000m }));
    }

    private static Struct Json(string json) => JsonParser.Default.Parse<Struct>(json);
}
