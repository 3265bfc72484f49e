using System.Text.Json.Serialization;

namespace Pylon.Beckn;

/// <summary>How the names of a context are spelled.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BecknSpelling>))]
public enum BecknSpelling
{
    /// <summary>As in Beckn 2.0.0: transaction_id.</summary>
    Snake,

    /// <summary>As in Beckn 2.0 LTS: transactionId.</summary>
    Camel,
}
