using Meniscus.Reporting;

namespace Meniscus.Cli;

/// <summary>The columns of a learning-curve file that the plot shows.</summary>
internal static class LearningCurveColumns
{
    /// <summary>Reads a curve.</summary>
    public static LearningCurveData Read(string path)
    {
        var curve = Training.LearningCurve.Read(path);
        double[]? Column(string name) => curve.Columns.Contains(name) ? curve.Column(name) : null;
        return new LearningCurveData
        {
            Step = curve.Column("step"),
            EnergyValidation = Column("rmse_e_val"),
            EnergyTraining = Column("rmse_e_trn"),
            ForceValidation = Column("rmse_f_val"),
            ForceTraining = Column("rmse_f_trn"),
            VirialValidation = Column("rmse_v_val"),
            VirialTraining = Column("rmse_v_trn"),
            LearningRate = Column("lr"),
        };
    }
}
