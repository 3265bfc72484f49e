namespace Pylon.Ingestion.Tests.Market;

/// <summary>Answers to DISCOVER in the shape of the compute-energy examples; places and figures are made up.</summary>
internal static class Catalogues
{
    public static string OnDiscover(IEnumerable<string> items, IEnumerable<string> offers) =>
        $$"""
        {
          "context": { "action": "on_discover", "bpp_id": "windows.example", "transaction_id": "t" },
          "message": { "catalogs": [{
            "beckn:provider": { "beckn:id": "provider-north" },
            "beckn:items": [{{string.Join(',', items)}}],
            "beckn:offers": [{{string.Join(',', offers)}}]
          }] }
        }
        """;

    public static string Item(
        string id, double renewable, string intensity = "12.5", string window = """{"start":"2026-03-04T12:00:00Z","end":"2026-03-04T16:00:00Z"}""", string zone = "XX-NORTH-1") =>
        $$"""
        {
          "beckn:id": "{{id}}", "beckn:descriptor": { "schema:name": "Window {{id}}" },
          "beckn:itemAttributes": {
            "beckn:gridParameters": { "gridZone": "{{zone}}", "gridArea": "Northern Fells", "renewableMix": {{renewable}}, "carbonIntensity": {{intensity}} },
            "beckn:timeWindow": {{window}},
            "beckn:capacityParameters": { "availableCapacity": 5 }
          }
        }
        """;

    public static string Offer(string id, string item, string price) =>
        $$"""
        { "beckn:id": "{{id}}", "beckn:items": ["{{item}}"], "beckn:price": { "value": {{price}}, "currency": "GBP" }, "beckn:offerAttributes": { "beckn:unit": "per_kWh" } }
        """;
}
