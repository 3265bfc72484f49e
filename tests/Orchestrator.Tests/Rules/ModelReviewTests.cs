using System.Text.Json.Nodes;
using Pylon.Orchestrator.Decisions;
using Pylon.Orchestrator.Llm;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class ModelReviewTests
{
    private static readonly LlmOutput Output = OutputBuilder.Build(
        Contexts.Build(null, null, Contexts.Edinburgh, Contexts.Edinburgh with { DcId = "DC-002", RegionId = 1, Status = "OFFLINE" }), Contexts.Now.UtcDateTime);

    [Fact]
    public void ModelAddsWordsAndTenPoints()
    {
        var heard = Apply(answer =>
        {
            answer["data_centre_options"]![0]!["suitability_score"] = 82.4;
            answer["data_centre_options"]![0]!["comment"] = "Windy.\u0007";
            answer["data_centre_options"]![0]!["name"] = "another";
            answer["data_centre_options"]![0]!["energy_profile"]!["wholesale_price_gbp_mwh"] = 42;
        });
        Assert.Equal((82, "Windy. ", "Edinburgh Green DC", "gemini"), (heard.DataCentreOptions[0].SuitabilityScore, heard.DataCentreOptions[0].Comment, heard.DataCentreOptions[0].Name, heard.Metadata.Model));
        Assert.Equal(42.5, heard.DataCentreOptions[0].EnergyProfile.WholesalePriceGbpMwh);
    }

    public static TheoryData<string, string> Wrong() => new()
    {
        { "81", "at most 10 points from 92" },
        { "101", "must be a number from 0 to 100" },
        { "text", "must be a number from 0 to 100" },
        { "41 when broken", "must be at most 40" },
        { "one option", "there are 1 options and must be 2" },
        { "twice", "DC-001 is there twice" },
        { "another id", "DC-002 is missing" },
        { "no list", "must be a list" },
        { "another intensity", "current_carbon_intensity_gco2 must be that of the context, 45" },
        { "null price", "wholesale_price_gbp_mwh must be that of the context" },
        { "no profile", "energy_profile must be given" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void WrongAnswerIsRefusedByName(string what, string message)
    {
        var refused = Assert.Throws<GeminiException>(() => Apply(answer =>
        {
            var options = answer["data_centre_options"]!.AsArray();
            var first = options[0]!;
            switch (what)
            {
                case "81" or "101": first["suitability_score"] = double.Parse(what); break;
                case "text": first["suitability_score"] = "92"; break;
                case "41 when broken": options[1]!["suitability_score"] = 41; break;
                case "one option": options.RemoveAt(1); break;
                case "twice": options[1]!["dc_id"] = "DC-001"; break;
                case "another id": options[1]!["dc_id"] = "DC-009"; break;
                case "no list": answer["data_centre_options"] = new JsonObject(); break;
                case "another intensity": first["energy_profile"]!["current_carbon_intensity_gco2"] = 46; break;
                case "null price": first["energy_profile"]!["wholesale_price_gbp_mwh"] = null; break;
                case "no profile": first.AsObject().Remove("energy_profile"); break;
                default: throw new ArgumentException(what, nameof(what));
            }
        }));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":1}")]
    [InlineData("Sure, here it is: {\"a\":1} I hope it helps.")]
    [InlineData("```json\n{\"a\":1}\n```")]
    [InlineData("Words with { and }\n```\n{\"a\":1}\n```\nmore }")]
    public void ObjectIsFoundInTheAnswer(string answer) => Assert.Equal(1, LlmJson.Parse(answer).GetProperty("a").GetInt32());

    [Theory]
    [InlineData("", "no JSON object")]
    [InlineData("}{", "no JSON object")]
    [InlineData("[1]", "no JSON object")]
    [InlineData("{\"a\":}", "no valid JSON object")]
    [InlineData("{\"a\":1,\"a\":2}", "no valid JSON object")]
    [InlineData("{a}", "no valid JSON object")]
    public void AnswerWithoutAnObjectIsRefused(string answer, string message) =>
        Assert.Contains(message, Assert.Throws<GeminiException>(() => LlmJson.Parse(answer)).Message, StringComparison.Ordinal);

    [Fact]
    public void DeepAndLongAnswersAreRefused()
    {
        Assert.Equal(64, Depth(64));
        Assert.Contains("64 levels", Assert.Throws<GeminiException>(() => Depth(65)).Message, StringComparison.Ordinal);
        Assert.Contains("256 kB", Assert.Throws<GeminiException>(() => LlmJson.Parse(new string(' ', 256 * 1024) + "{}")).Message, StringComparison.Ordinal);

        static int Depth(int levels)
        {
            LlmJson.Parse(string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string('}', levels - 1));
            return levels;
        }
    }

    private static LlmOutput Apply(Action<JsonNode> change)
    {
        var answer = JsonNode.Parse(Output.ToJson())!;
        change(answer);
        return ModelReview.Apply(Output, $"```json\n{answer.ToJsonString()}\n```", "gemini");
    }
}
