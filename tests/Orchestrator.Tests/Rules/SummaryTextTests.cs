using Pylon.Orchestrator.Summaries;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class SummaryTextTests
{
    [Theory]
    [InlineData("Three zones.", "Three zones.")]
    [InlineData("```json\n{\"summary\": \"Three zones.\"}\n```", "{\"summary\": \"Three zones.\"}")]
    [InlineData("```\r\nThree zones.\r\nTake one.\r\n```\r\n", "Three zones.\r\nTake one.")]
    [InlineData("```markdown\nThree zones, cut off", "Three zones, cut off")]
    [InlineData("```json {\"a\": 1}```", "{\"a\": 1}")]
    [InlineData("```Three zones.```", "Three zones.")]
    [InlineData("Here it is:\n```text\nThree zones.\n```", "Here it is:\nThree zones.")]
    [InlineData("Use `./pylon choose`.", "Use `./pylon choose`.")]
    [InlineData("```json\n```", "")]
    public void FenceIsNoPartOfTheSummary(string text, string expected) => Assert.Equal(expected, SummaryText.WithoutFence(text));
}
