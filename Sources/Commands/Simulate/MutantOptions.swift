internal import ArgumentParser
internal import SimulationKit

#if Mutants
internal import GraphCore
#endif

/// Which rule `simulate` goes without, to see that a run tells.
///
/// The ordering contract is kept by the simulation, so its mutants are in every build. A mutant of
/// the machine is compiled with the package trait `Mutants` alone.
struct MutantOptions: ParsableArguments {
    /// The number of the first mutant of the machine.
    static let firstOfMachine = 21

    @Option(help: ArgumentHelp("Leave out a rule, by number.", valueName: "n"))
    var mutant: Int?
    #if Mutants
    @Flag(help: "Tell the number and name of each rule that can be left out.")
    var listMutants = false
    #endif

    /// The rule of the ordering contract that is left out; nil: none.
    var ofTheContract: ContractMutant? { mutant.flatMap { ContractMutant(rawValue: $0) } }

    func validate() throws {
        guard let mutant, ofTheContract == nil else { return }
        #if Mutants
        guard Mutant(rawValue: mutant) != nil else {
            throw ValidationError("--mutant is one of those that --list-mutants tells")
        }
        #else
        throw ValidationError(
            mutant < Self.firstOfMachine
                ? "--mutant is 1 to \(ContractMutant.allCases.count) for the ordering contract"
                : "--mutant \(mutant) is of the machine, which this build has none of; build one "
                    + "that has: swift build -c release --traits Mutants --scratch-path "
                    + ".build-mutants --product kindred")
        #endif
    }

    /// Whether the mutants are asked for, and not a run.
    var areListed: Bool {
        #if Mutants
        listMutants
        #else
        false
        #endif
    }

    /// Tells all mutants, and the flag that a run with them needs.
    func list() {
        for mutant in ContractMutant.allCases {
            let flag = mutant.level == .runtime ? " --runtime" : ""
            Output.line("\(mutant.rawValue) \(mutant)\(flag)")
        }
        #if Mutants
        for mutant in Mutant.allCases { Output.line("\(mutant.rawValue) \(mutant)") }
        #endif
    }

    /// Leaves the machine's rule out, in the whole process.
    func plant() {
        #if Mutants
        if let mutant, let machine = Mutant(rawValue: mutant) { Mutant.plant(machine) }
        #endif
    }
}
