"""The frameworks whose clauses controls support, with the clauses that any control may name.

A control *supports* a clause; none satisfies one alone. Titles are shortened; the text is the publisher's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Framework:
    """One published framework and the clauses that automation can speak to."""

    title: str
    version: str
    url: str
    clauses: Mapping[str, str]
    """Short title by clause id."""
    unit: str
    """What the framework calls its clauses."""
    total: int | None = None
    """How many clauses the framework has; None where that depends on what is counted."""

    @property
    def outside(self) -> str:
        """What of the framework no control here is about, as one sentence."""
        if self.total is None:
            return f"The framework has more {self.unit} than these: no control here is about the others."
        left = self.total - len(self.clauses)
        return f"The framework has {self.total} {self.unit}: no control here is about the {left} that are not listed."


FRAMEWORKS: Mapping[str, Framework] = {
    "nist-ai-rmf": Framework(
        title="NIST AI Risk Management Framework",
        version="1.0",
        url="https://airc.nist.gov/airmf-resources/airmf/5-sec-core/",
        unit="subcategories",
        total=72,
        clauses={
            "GOVERN 1.4": "Risk management is transparent and follows set policies",
            "GOVERN 1.6": "AI systems are inventoried",
            "GOVERN 2.1": "Roles and responsibilities are documented",
            "GOVERN 6.1": "Risks of third-party software and data are addressed",
            "MANAGE 1.1": "A determination is made whether to proceed with deployment",
            "MANAGE 2.4": "Systems can be superseded, disengaged or deactivated",
            "MANAGE 4.1": "Post-deployment monitoring plans are implemented",
            "MAP 1.1": "Intended purpose and context are understood",
            "MAP 3.5": "Processes for human oversight are defined",
            "MEASURE 2.3": "Performance is measured under conditions like deployment",
            "MEASURE 2.4": "Functionality and behaviour are monitored in production",
            "MEASURE 2.5": "The system is shown to be valid and reliable",
            "MEASURE 2.6": "The system is evaluated for safety",
            "MEASURE 2.7": "Security and resilience are evaluated",
            "MEASURE 2.8": "Risks of transparency and accountability are examined",
            "MEASURE 2.9": "The model is explained and documented",
            "MEASURE 2.10": "Privacy risk is examined",
            "MEASURE 2.11": "Fairness and bias are evaluated",
            "MEASURE 2.12": "Environmental impact is assessed",
        },
    ),
    "iso42001": Framework(
        title="ISO/IEC 42001 Annex A",
        version="2023",
        url="https://www.iso.org/standard/81230.html",
        unit="controls of Annex A",
        total=38,
        clauses={
            "A.3.2": "AI roles and responsibilities",
            "A.4.2": "Resource documentation",
            "A.4.3": "Data resources",
            "A.4.5": "System and computing resources",
            "A.5.2": "AI system impact assessment process",
            "A.5.3": "Documentation of impact assessments",
            "A.6.2.3": "Documentation of design and development",
            "A.6.2.4": "Verification and validation",
            "A.6.2.5": "Deployment",
            "A.6.2.6": "Operation and monitoring",
            "A.6.2.7": "Technical documentation",
            "A.6.2.8": "Recording of event logs",
            "A.7.4": "Quality of data",
            "A.7.5": "Data provenance",
            "A.7.6": "Data preparation",
            "A.8.2": "Information for users",
            "A.9.2": "Processes for responsible use",
        },
    ),
    "iso27001": Framework(
        title="ISO/IEC 27001 Annex A",
        version="2022",
        url="https://www.iso.org/standard/27001",
        unit="controls of Annex A",
        total=93,
        clauses={
            "A.5.9": "Inventory of information and assets",
            "A.5.12": "Classification of information",
            "A.5.13": "Labelling of information",
            "A.5.14": "Information transfer",
            "A.5.15": "Access control",
            "A.5.16": "Identity management",
            "A.5.17": "Authentication information",
            "A.5.33": "Protection of records",
            "A.5.34": "Privacy and protection of personal data",
            "A.8.2": "Privileged access rights",
            "A.8.3": "Information access restriction",
            "A.8.5": "Secure authentication",
            "A.8.6": "Capacity management",
            "A.8.8": "Management of technical vulnerabilities",
            "A.8.9": "Configuration management",
            "A.8.10": "Information deletion",
            "A.8.11": "Data masking",
            "A.8.12": "Data leakage prevention",
            "A.8.13": "Information backup",
            "A.8.14": "Redundancy of processing facilities",
            "A.8.15": "Logging",
            "A.8.16": "Monitoring activities",
            "A.8.20": "Networks security",
            "A.8.22": "Segregation of networks",
            "A.8.24": "Use of cryptography",
            "A.8.32": "Change management",
        },
    ),
    "soc2": Framework(
        title="SOC 2 Trust Services Criteria",
        version="2017",
        url="https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022",
        unit="criteria",
        total=61,
        clauses={
            "A1.1": "Capacity is monitored and managed",
            "A1.2": "Environmental protections, backup and recovery",
            "C1.1": "Confidential information is identified and kept",
            "C1.2": "Confidential information is disposed of",
            "CC2.1": "Quality information supports internal control",
            "CC6.1": "Logical access security",
            "CC6.3": "Access is authorised by role and least privilege",
            "CC6.6": "Protection against threats from outside the boundary",
            "CC6.7": "Protection of information in transmission",
            "CC6.8": "Unauthorised or malicious software is prevented",
            "CC7.1": "Vulnerabilities and changes are detected",
            "CC7.2": "Anomalies are monitored",
            "CC7.3": "Security events are evaluated",
            "CC8.1": "Changes are authorised, tested and approved",
            "PI1.2": "Inputs are complete and accurate",
        },
    ),
    "gdpr": Framework(
        title="General Data Protection Regulation",
        version="2016/679",
        url="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
        unit="articles",
        total=99,
        clauses={
            "Art. 5(1)(c)": "Data minimisation",
            "Art. 5(1)(d)": "Accuracy",
            "Art. 5(1)(e)": "Storage limitation",
            "Art. 22": "Automated individual decision-making",
            "Art. 25": "Data protection by design and by default",
            "Art. 30": "Records of processing",
            "Art. 32": "Security of processing",
            "Art. 35": "Data protection impact assessment",
            "Art. 44": "Transfers to third countries",
        },
    ),
    "hipaa": Framework(
        title="HIPAA Security Rule",
        version="45 CFR 164",
        url="https://www.ecfr.gov/current/title-45/subtitle-A/subchapter-C/part-164/subpart-C",
        unit="standards and specifications",
        clauses={
            "164.308(a)(4)": "Information access management",
            "164.308(a)(7)(ii)(A)": "Data backup plan",
            "164.312(a)(1)": "Access control",
            "164.312(a)(2)(iv)": "Encryption and decryption",
            "164.312(b)": "Audit controls",
            "164.312(c)(1)": "Integrity",
            "164.312(d)": "Person or entity authentication",
            "164.312(e)(1)": "Transmission security",
        },
    ),
    "eu-ai-act": Framework(
        title="EU Artificial Intelligence Act",
        version="2024/1689",
        url="https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
        unit="articles",
        total=113,
        clauses={
            "Art. 6": "Classification as high-risk",
            "Art. 10": "Data and data governance",
            "Art. 11": "Technical documentation",
            "Art. 12": "Record-keeping",
            "Art. 13": "Transparency to deployers",
            "Art. 14": "Human oversight",
            "Art. 15": "Accuracy, robustness and cybersecurity",
            "Art. 17": "Quality management system",
            "Art. 19": "Automatically generated logs",
            "Art. 72": "Post-market monitoring",
        },
    ),
    "nist-800-53": Framework(
        title="NIST SP 800-53",
        version="5",
        url="https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
        unit="controls",
        clauses={
            "AC-3": "Access enforcement",
            "AC-4": "Information flow enforcement",
            "AC-6": "Least privilege",
            "AU-2": "Event logging",
            "AU-9": "Protection of audit information",
            "AU-11": "Audit record retention",
            "AU-12": "Audit record generation",
            "CM-2": "Baseline configuration",
            "CM-3": "Configuration change control",
            "CM-6": "Configuration settings",
            "CM-7": "Least functionality",
            "CM-8": "System component inventory",
            "CP-9": "System backup",
            "CP-10": "System recovery and reconstitution",
            "IA-5": "Authenticator management",
            "RA-2": "Security categorisation",
            "RA-5": "Vulnerability monitoring and scanning",
            "SA-9": "External system services",
            "SC-7": "Boundary protection",
            "SC-8": "Transmission confidentiality and integrity",
            "SC-12": "Cryptographic key establishment and management",
            "SC-28": "Protection of information at rest",
            "SI-4": "System monitoring",
            "SI-7": "Software, firmware and information integrity",
            "SI-12": "Information management and retention",
        },
    ),
    "cis": Framework(
        title="CIS Critical Security Controls",
        version="8",
        url="https://www.cisecurity.org/controls/v8",
        unit="safeguards",
        total=153,
        clauses={
            "1.1": "Asset inventory",
            "3.3": "Data access control lists",
            "3.4": "Enforced data retention",
            "3.7": "Data classification scheme",
            "3.10": "Encryption of sensitive data in transit",
            "3.11": "Encryption of sensitive data at rest",
            "3.14": "Logging of access to sensitive data",
            "4.1": "Secure configuration process",
            "4.4": "Firewall on servers",
            "5.4": "Administrator privileges on dedicated accounts",
            "6.8": "Role-based access control",
            "8.2": "Audit log collection",
            "8.10": "Audit log retention",
            "11.2": "Automated backups",
            "12.2": "Secure network architecture",
            "13.6": "Network traffic flow logs",
        },
    ),
}


def clause(reference: str) -> tuple[Framework, str, str]:
    """Framework, clause id and clause title of a ``framework:clause`` reference; raises KeyError where unknown."""
    name, _, ident = reference.partition(":")
    framework = FRAMEWORKS[name]
    return framework, ident, framework.clauses[ident]
