using System.Security.Cryptography;
using System.Text;

namespace Pylon.Insights.EngineCache;

/// <summary>What was asked of an engine.</summary>
/// <param name="Kind">logistics, factory, warehouse or delivery.</param>
/// <param name="Features">In canonical form; see <see cref="Inputs.FeatureJson"/>.</param>
/// <param name="FactorSet">Of the factors beside it.</param>
/// <param name="Engine">ml.</param>
/// <param name="ModelVersion">Of the engine's model.</param>
internal sealed record PredictionKey(string Kind, string Features, string FactorSet, string Engine, string ModelVersion)
{
    public byte[] FeaturesHash => SHA256.HashData(Encoding.UTF8.GetBytes(Features));
}
