using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Tests;

/// <summary>Compares JSON values. (To xunit a JSON value is an empty collection, and equal to every other.)</summary>
internal static class JsonAssert
{
    public static void Equal(JToken expected, JToken? actual) =>
        Assert.True(JToken.DeepEquals(expected, actual), $"expected {expected}, found {actual?.ToString() ?? "nothing"}");

    public static void NotEqual(JToken unexpected, JToken? actual) => Assert.False(JToken.DeepEquals(unexpected, actual));
}
